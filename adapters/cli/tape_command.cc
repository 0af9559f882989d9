#include "adapters/cli/tape_command.h"

#include <algorithm>
#include <array>
#include <ostream>

#include "adapters/cli/exit_status.h"
#include "backtest/tape/tape_import.h"

namespace tranchet {
namespace {

// "12.3": tenths, rounded down.
std::string in_tenths(std::uint64_t value, std::uint64_t by) {
  const std::uint64_t tenths = by == 0 ? 0 : value * 10 / by;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

void print_report(const DataReport& report, std::ostream& out) {
  const auto count = [&](std::uint64_t number, const char* what) {
    if (number > 0) out << ", " << number << " " << what;
  };
  out << "  " << report.format << ": " << report.rows << " rows, " << report.used << " used";
  count(report.ignored, "ignored");
  count(report.duplicates, "duplicates");
  count(report.bad, "bad");
  count(report.disordered, "of them out of order");
  count(report.crossed, "of them crossed books");
  count(report.gap_count, "gaps");
  out << "\n";
  if (report.first_time && report.last_time) {
    out << "  from " << to_text(*report.first_time) << " to " << to_text(*report.last_time) << "\n";
  }
  constexpr std::size_t kShown = 5;
  for (std::size_t at = 0; at < std::min(kShown, report.gaps.size()); ++at) {
    out << "  gap from " << to_text(report.gaps[at].from) << " to " << to_text(report.gaps[at].to)
        << "\n";
  }
  for (std::size_t at = 0; at < std::min(kShown, report.bad_rows.size()); ++at) {
    const BadRow& row = report.bad_rows[at];
    out << "  bad row " << row.file << ":" << row.line << ": " << row.message << "\n";
  }
}

void print_json(const ImportResult& result, std::ostream& out) {
  const DataReport& added = result.added;
  const std::array<std::pair<const char*, std::uint64_t>, 12> numbers{{
      {"rows", added.rows},
      {"used", added.used},
      {"ignored", added.ignored},
      {"duplicates", added.duplicates},
      {"bad", added.bad},
      {"disordered", added.disordered},
      {"crossed", added.crossed},
      {"gaps", added.gap_count},
      {"tape_rows", result.meta.count},
      {"tape_blocks", result.meta.blocks},
      {"tape_bytes", result.bytes},
      {"tape_version", result.meta.version},
  }};
  // Symbols and formats have no characters that JSON would escape.
  out << "{\"instrument\":\"" << result.meta.symbol << "\",\"format\":\"" << added.format << "\"";
  for (const auto& [name, number] : numbers) out << ",\"" << name << "\":" << number;
  out << "}\n";
}

}  // namespace

int run_import_command(const ImportArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto refuse = [&](int status, const std::string& message) {
    err << "tranchet: import: " << message << "\n";
    return status;
  };
  DataOptions options{
      .symbol = arguments.instrument, .instrument = InstrumentId{1}, .format = arguments.format};
  for (const std::string& path : arguments.data) options.paths.emplace_back(path);
  if (!arguments.bad_rows.empty()) {
    const auto allowed = parse_bad_rows(arguments.bad_rows);
    if (!allowed) {
      return refuse(kBadInput, "--bad-rows \"" + arguments.bad_rows +
                                   "\" is neither a count nor a share like 5%");
    }
    options.bad_rows = *allowed;
  }
  const auto imported = import_tape(options, arguments.into);
  if (!imported) return refuse(exit_status(imported.error().fault), to_text(imported.error()));
  if (arguments.json) {
    print_json(*imported, out);
    return kDone;
  }
  out << arguments.into << ": " << imported->meta.symbol << ", " << imported->meta.count
      << " rows in " << imported->meta.blocks << " blocks, "
      << in_tenths(imported->bytes, imported->meta.count) << " bytes a row\n";
  print_report(imported->added, out);
  return kDone;
}

int run_tape_check(const std::string& tape, std::ostream& out, std::ostream& err) {
  const auto checked = check_tape(tape);
  if (!checked) {
    err << "tranchet: tape: " << to_text(checked.error()) << "\n";
    return exit_status(checked.error().fault);
  }
  out << tape << ": sound. " << checked->symbol << ", " << checked->count << " rows in "
      << checked->blocks << " blocks\n";
  print_report(checked->report, out);
  return kDone;
}

}  // namespace tranchet
