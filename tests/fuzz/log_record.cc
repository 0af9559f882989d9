// Any bytes as a record: decoded or refused, never believed half, never out of bounds. What is
// decoded must be an event that can be written again.
#include <cstdlib>

#include "events/log/record.h"
#include "tests/fuzz/log_entries.h"

namespace tranchet::fuzz {
namespace {

void decode_and_encode(std::span<const std::byte> bytes) {
  std::vector<Event> events;
  const auto flaw = decode_record(bytes, events);
  if (flaw.has_value() != events.empty()) std::abort();
  RecordEncoder encoder;
  if (!events.empty()) static_cast<void>(encoder.encode(events));
}

}  // namespace

void log_record(std::span<const std::byte> bytes) {
  decode_and_encode(bytes);
  // Behind the checksum, which random bytes never pass.
  if (bytes.size() < kRecordHeaderBytes) return;
  std::vector<std::byte> sealed(bytes.begin(), bytes.end());
  sealed.resize(std::min(sealed.size() / 8 * 8, kRecordBytesMax));
  sealed[0] = std::byte{'T'};
  sealed[1] = std::byte{'R'};
  const std::size_t payload = sealed.size() - kRecordHeaderBytes;
  sealed[34] = static_cast<std::byte>(payload & 0xFF);
  sealed[35] = static_cast<std::byte>(payload >> 8);
  const std::uint32_t checksum = record_checksum(sealed);
  for (std::size_t at = 0; at < 4; ++at) {
    sealed[4 + at] = static_cast<std::byte>(checksum >> 8 * at & 0xFF);
  }
  decode_and_encode(sealed);
}

}  // namespace tranchet::fuzz

#ifdef TRANCHET_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  tranchet::fuzz::log_record(std::as_bytes(std::span(data, size)));
  return 0;
}
#endif
