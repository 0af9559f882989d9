#include "adapters/cli/archive_command.h"

#include <ostream>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/moment.h"
#include "events/log/archive.h"
#include "replay/slice.h"
#include "replay/verify.h"

namespace tranchet {
namespace {

// Writes it, and reads it back to the last byte: what cannot be read again is no archive.
int write_checked(const std::filesystem::path& log, const ArchiveSlice& slice,
                  const std::filesystem::path& file, std::string_view command, std::ostream& out,
                  std::ostream& err) {
  const auto fail = [&](const LogError& error) {
    err << "tranchet: log " << command << ": " << error.message << "\n";
    return exit_status(error.kind);
  };
  const auto size = write_archive(log, slice, file);
  if (!size) return fail(size.error());
  const auto whole = check_in_child(file, CheckDepth::Chain);
  if (!whole) return fail(whole.error());
  out << "  " << file.string() << "\n  events   " << number(slice.first) << " to "
      << number(slice.last) << "\n  size     " << size->packed << " bytes, "
      << (size->packed > 0 ? size->raw / size->packed : 0) << " times smaller\n  chain    "
      << whole->chain << "\n";
  return kDone;
}

}  // namespace

int log_archive(const std::filesystem::path& log, const std::filesystem::path& file,
                std::ostream& out, std::ostream& err) {
  const auto head = check_in_child(log, CheckDepth::Chain);
  if (!head || number(head->last) == 0) {
    err << "tranchet: log archive: " << (head ? "the log holds no events" : head.error().message)
        << "\n";
    return head ? kBadInput : exit_status(head.error().kind);
  }
  return write_checked(log, {.first = Sequence{1}, .last = head->last, .before = {}}, file,
                       "archive", out, err);
}

int log_bundle(const BundleArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto fail = [&](const LogError& error) {
    err << "tranchet: log bundle: " << error.message << "\n";
    return exit_status(error.kind);
  };
  const auto from = parse_moment(arguments.from);
  const auto to = parse_moment(arguments.to);
  if (!from || !to) {
    err << "tranchet: log bundle: "
        << (from ? "--to \"" + arguments.to : "--from \"" + arguments.from)
        << "\" is neither a sequence nor a time\n";
    return kBadInput;
  }
  if (auto sound = check_in_child(arguments.log, CheckDepth::Records); !sound) {
    return fail(sound.error());
  }
  auto log = LogReader::open(arguments.log);
  if (!log) return fail(log.error());
  const auto first = first_from(**log, *from);
  if (!first) return fail(first.error());
  const auto last = last_until(**log, *to);
  if (!last) return fail(last.error());
  const auto slice = slice_of(**log, *first, *last);
  if (!slice) return fail(slice.error());
  return write_checked(arguments.log, *slice, arguments.out, "bundle", out, err);
}

}  // namespace tranchet
