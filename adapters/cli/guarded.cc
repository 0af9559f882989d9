#include "adapters/cli/guarded.h"

#include <ostream>
#include <sstream>
#include <string>

#include "adapters/cli/exit_status.h"
#include "events/log/child_process.h"
#include "events/log/log_error.h"

namespace tranchet {

int in_child(const std::filesystem::path& log, std::string_view command,
             const std::function<int(std::ostream& out, std::ostream& err)>& work,
             std::ostream& out, std::ostream& err) {
  // What comes back: status, length of the output, output, words about a failure.
  const ChildAnswer answer = ask_child([&] {
    std::ostringstream told, said;
    const int status = work(told, said);
    const std::string text = told.str();
    return std::to_string(status) + " " + std::to_string(text.size()) + " " + text + said.str();
  });
  const auto refuse = [&](const LogError& error) {
    err << "tranchet: " << command << ": " << error.message << "\n";
    return exit_status(error.kind);
  };
  if (answer.error != 0) return refuse(system_error(answer.error, "reading", log));
  if (!answer.lived) return refuse(unreadable_page(answer.death));
  std::istringstream parts(answer.bytes);
  int status = kWorldFailed;
  std::size_t length = 0;
  parts >> status >> length;
  const auto start = static_cast<std::size_t>(parts.tellg()) + 1;
  out << answer.bytes.substr(start, length);
  err << answer.bytes.substr(start + length);
  return status;
}

}  // namespace tranchet
