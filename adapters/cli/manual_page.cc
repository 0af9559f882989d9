#include "adapters/cli/manual_page.h"

#include <CLI/CLI.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace tranchet {
namespace {

constexpr std::string_view kBeforeCommands = R"(.SH NAME
tranchet \- a deterministic engine for trading in tranches
.SH SYNOPSIS
.B tranchet
.I COMMAND
.RI [ OPTION ...]
.SH DESCRIPTION
.B tranchet
trades in
.IR tranches :
every position is a ladder of tranches, and each tranche carries its own take-profit and stop-loss.
What happens is an event in a log; what follows is a pure function of the log. So the engine that
trades live also replays an incident bit for bit, and backtests parameters over years of history.
.PP
.B tranchet live
trades on paper, on real prices, unless it is told
.B \-\-live
and finds keys.
.SH COMMANDS
)";

constexpr std::string_view kAfterCommands = R"(.SH SIGNALS
Of
.BR "tranchet live" :
.TP
.BR SIGTERM ", " SIGINT
Stop: wait up to 5 s for answers that are on their way, and end the log. What rests at the venue
stays there: positions keep their stops.
.TP
.B SIGHUP
Read the configuration again. Settings of decisions change at once, as events of the log; a mistake
in it is told and changes nothing. Addresses, keys, instruments and folders need a restart.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
The answer is no: something is naked, two logs differ, a check failed.
.TP
.B 2
Bad usage or bad input.
.TP
.B 3
Another program writes the log, or trades on the account.
.TP
.B 4
The log is damaged.
.TP
.B 5
The world failed: a full disk, a venue that cannot be reached.
.SH ENVIRONMENT
.TP
.B TRANCHET_SET
Settings over those of the configuration, KEY=VALUE, separated by commas;
.B \-\-set
is over them.
.TP
.B CREDENTIALS_DIRECTORY
Set by
.BR systemd (1)
for a unit with
.BR LoadCredential= .
A bare name in
.BR venue.keys ,
.BR gateway.users ,
.B gateway.certificate
or
.B gateway.key
is a credential there, if there is one of that name.
.TP
.BR NOTIFY_SOCKET ", " WATCHDOG_USEC
Set by
.BR systemd (1):
it is told when the program is ready, that it is alive, and that it stops.
.SH FILES
.TP
.I /etc/tranchet/NAME.toml
The configuration of the service
.BR tranchet@NAME .
.I /etc/tranchet/paper.toml
comes with the package and trades on paper.
.TP
.I /etc/tranchet/NAME.keys
The keys of the venue, mode 0600, owned by root: the service gets them as a credential. Only trading
for real needs them.
.TP
.I /var/lib/tranchet/NAME/
What the service writes: its log
.RI ( tranchet\-log ),
and tapes, if any. Kept when the package is removed or purged.
.TP
.I /usr/share/doc/tranchet/examples/
Every setting with its default, and what makes the service trade for real.
.SH EXAMPLES
.TP
.B systemctl enable \-\-now tranchet@paper
Trade on paper, now and after each start of the machine; its dashboard is at http://127.0.0.1:8080/.
.TP
.B tranchet backtest \-\-data FILUSDT\-1m.csv \-\-instrument FILUSDT \-\-config my.toml \-\-out run/
History through the engine; the report is run/report.html.
.TP
.B tranchet doctor \-\-config my.toml
Does the venue really hold what protects the account?
.TP
.B tranchet log why LOG tranche:7
What led to what became of tranche 7.
.SH SEE ALSO
.BR systemctl (1),
.BR systemd.exec (5),
.I /usr/share/doc/tranchet/README.md
)";

// What roff would take for a command or a hyphen.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\n') {
      out += ' ';
    } else {
      // At the beginning of a line, these two make a request of it.
      if (out.empty() && (c == '.' || c == '\'')) out += "\\&";
      out += c;
    }
  }
  return out;
}

// A description as a sentence.
std::string sentence(const std::string& text) {
  const bool has_end = text.ends_with('?') || text.ends_with('.');
  return roff(text) + (has_end ? "" : ".");
}

// "--set TEXT ...": the kind of value that --help names, but for flags.
std::string signature_of(const CLI::Option& option) {
  std::string text = "\\fB" + roff(option.get_name(true, true)) + "\\fR";
  if (option.nonpositional() && option.get_type_size() != 0) {
    text += " \\fI" + roff(option.get_type_name()) + "\\fR";
  }
  if (option.get_items_expected_max() >= CLI::detail::expected_max_vector_size) text += " ...";
  return text;
}

void write_command(const CLI::App& command, const std::string& path, std::ostream& out) {
  out << ".SS \"" << roff(path) << "\"\n" << sentence(command.get_description()) << "\n";
  for (const CLI::Option* option : command.get_options()) {
    if (option == command.get_help_ptr()) continue;
    out << ".TP\n"
        << signature_of(*option) << (option->get_required() ? " (required)" : "") << "\n"
        << sentence(option->get_description()) << "\n";
  }
  for (const CLI::App* inner : command.get_subcommands({})) {
    write_command(*inner, path + " " + inner->get_name(), out);
  }
}

}  // namespace

void write_manual_page(const CLI::App& program, std::string_view build, std::ostream& out) {
  out << ".TH TRANCHET 1 \"\" \"" << roff(build) << "\" \"User Commands\"\n" << kBeforeCommands;
  for (const CLI::App* command : program.get_subcommands({})) {
    write_command(*command, "tranchet " + command->get_name(), out);
  }
  out << kAfterCommands;
}

}  // namespace tranchet
