// What the program tells of itself, for whoever runs it: one line a note, key=value, into a file
// that is turned over before it grows large, or to standard error.
//
//   notes.say(Level::Info, "started", {{"log", path}, {"mode", "paper"}});
//   2026-01-01T00:00:00.000Z level=info event=started log=run mode=paper
//
// The log of events says what happened; notes say how the program fared. Whoever writes one gives
// it no secret: none of the types that hold one can be turned into text.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tranchet {

enum class NoteLevel { Info = 1, Warning, Error };

struct NotesOptions {
  std::string file;            // "": standard error.
  std::size_t megabytes = 16;  // Of one file.
  std::size_t files = 5;       // Beside the newest.
};

class Notes {
 public:
  // From any thread. Values with spaces or quotes are put in quotes.
  using Fields = std::vector<std::pair<std::string_view, std::string>>;
  static std::expected<std::unique_ptr<Notes>, std::string> open(const NotesOptions& options);
  ~Notes();
  void say(NoteLevel level, std::string_view event, const Fields& fields = {});
  void flush();

 private:
  struct Sink;
  explicit Notes(std::unique_ptr<Sink> sink);
  std::unique_ptr<Sink> sink_;
};

}  // namespace tranchet
