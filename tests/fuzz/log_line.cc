// Any bytes as an event line: parsed or refused with words. What is parsed comes back from its own
// print.
#include <cstdlib>

#include "events/log/json.h"
#include "tests/fuzz/log_entries.h"

namespace tranchet::fuzz {

void log_line(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Names names;
  const auto line = parse_event_line(text, names);
  if (!line) {
    if (line.error().empty()) std::abort();
    return;
  }
  for (const EventBody& body : line->bodies) {
    const std::string json =
        event_json({.sequence = Sequence{1}, .time = line->time, .body = body}, names);
    const auto again = parse_event_line(json, names);
    // An order named by its purpose has no id to print.
    if (!again && !line->reference) std::abort();
    if (again && event_json({Sequence{1}, again->time, again->bodies.at(0)}, names) != json) {
      std::abort();
    }
  }
}

}  // namespace tranchet::fuzz

#ifdef TRANCHET_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  tranchet::fuzz::log_line(std::as_bytes(std::span(data, size)));
  return 0;
}
#endif
