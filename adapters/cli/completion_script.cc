#include "adapters/cli/completion_script.h"

#include <CLI/CLI.hpp>
#include <ostream>
#include <string>
#include <string_view>

namespace tranchet {
namespace {

constexpr std::string_view kHead =
    R"(# bash completion for tranchet(1), made by `tranchet completion`
_tranchet() {
  local word=${COMP_WORDS[COMP_CWORD]} command= commands= options= i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    _tranchet_words "$command"
    if [[ " $commands " == *" ${COMP_WORDS[i]} "* ]]; then
      command+=${command:+ }${COMP_WORDS[i]}
    fi
  done
  _tranchet_words "$command"
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
  fi
}

# _tranchet_words COMMAND: what may follow it.
_tranchet_words() {
  case $1 in
)";

// Where nothing of ours fits, files do.
constexpr std::string_view kFoot = R"(    *) commands= options= ;;
  esac
}

complete -o bashdefault -o default -F _tranchet tranchet
)";

void write_words(const CLI::App& command, const std::string& path, std::ostream& out) {
  std::string commands, options;
  const auto add = [](std::string& words, const std::string& word) {
    if (!words.empty()) words += " ";
    words += word;
  };
  for (const CLI::App* inner : command.get_subcommands({})) add(commands, inner->get_name());
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) add(options, "--" + name);
    for (const std::string& name : option->get_snames()) add(options, "-" + name);
  }
  out << "    '" << path << "')\n      commands='" << commands << "'\n      options='" << options
      << "'\n      ;;\n";
  for (const CLI::App* inner : command.get_subcommands({})) {
    write_words(*inner, path + (path.empty() ? "" : " ") + inner->get_name(), out);
  }
}

}  // namespace

void write_completion_script(const CLI::App& program, std::ostream& out) {
  out << kHead;
  write_words(program, "", out);
  out << kFoot;
}

}  // namespace tranchet
