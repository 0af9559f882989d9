// `tranchet log`: what a log holds, whether it is whole, and out of it and back as JSON lines.
//
// Every command returns the exit status: 0; 2 no log, or a bad file; 3 another writer holds it;
// 4 it is damaged; 5 the disk is full or cannot be written. Results go to `out`, words for people
// about a failure to `err`.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>

namespace tranchet {

// One aligned line an event. With `wait`: goes on when the log grows; `wait` is called when there
// is nothing more, returns after a while, and says whether to go on.
int log_cat(const std::filesystem::path& log, const std::function<bool()>& wait, std::ostream& out,
            std::ostream& err);

// Events by type, times, sizes, commits, the chain's head.
int log_stats(const std::filesystem::path& log, std::ostream& out, std::ostream& err);

// Every checksum and the whole chain, at most so many bytes of the log's files a second; 0: as fast
// as it goes.
int log_check(const std::filesystem::path& log, std::uint64_t bytes_a_second, std::ostream& out,
              std::ostream& err);

// Every event as a JSON line, with what an import needs to make the identical log.
int log_export(const std::filesystem::path& log, std::ostream& out, std::ostream& err);

// A new log from JSON lines: an export, or lines that somebody wrote. Errors name file and line,
// and leave no log behind. `batch`: events in a commit; 0: as the lines say.
int log_import(const std::filesystem::path& file, const std::filesystem::path& log,
               std::ostream& out, std::ostream& err, std::size_t batch = 0);

// A compact copy, of a live log too.
int log_backup(const std::filesystem::path& log, const std::filesystem::path& target,
               std::ostream& out, std::ostream& err);

}  // namespace tranchet
