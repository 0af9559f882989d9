// A frame of the binary data stream from Fyers, of 100 updates, against the least there is: adding
// up the same bytes, four at a time, in the same run.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "adapters/fyers/data_frames.h"
#include "tests/adapters/fyers/frame_bytes.h"
#include "tests/bench/measure.h"

namespace tranchet::fyers {
namespace {

constexpr int kTopics = 100;
constexpr int kFrames = 2'000;
constexpr std::size_t kFields = 21;

std::string name_of(int topic) {
  return "sf|nse_cm|" + std::to_string(1'000 + topic);
}

std::string snapshots() {
  std::string items;
  for (int topic = 0; topic < kTopics; ++topic) {
    items += snapshot_item(static_cast<std::uint16_t>(topic), name_of(topic),
                           std::vector<std::int64_t>(kFields, 60'000 + topic));
  }
  return data_frame(1, kTopics, items);
}

// `told` fields with new values, the rest "unchanged", as the venue sends them.
std::string updates(int number, std::size_t told) {
  std::string items;
  for (int topic = 0; topic < kTopics; ++topic) {
    std::vector<std::int64_t> fields(kFields, kSame);
    for (std::size_t field = 0; field < told; ++field) fields[field] = 60'000 + number % 97 + topic;
    items += update_item(static_cast<std::uint16_t>(topic), fields);
  }
  return data_frame(static_cast<std::uint32_t>(number), kTopics, items);
}

std::uint32_t sum_of(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (; bytes.size() >= 4; bytes.remove_prefix(4)) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data(), 4);
    sum += __builtin_bswap32(word);
  }
  return sum;
}

void measure(std::string_view what, std::size_t told) {
  std::vector<std::string> frames;
  for (int number = 0; number < kFrames; ++number) frames.push_back(updates(number, told));
  std::uint64_t seen = 0;
  const double scan = best_seconds(5, [&] {
    for (const std::string& frame : frames) seen += sum_of(frame);
  });
  DataFrames reader;
  for (int topic = 0; topic < kTopics; ++topic) {
    reader.want(name_of(topic), InstrumentId{static_cast<std::uint16_t>(topic + 1)});
  }
  std::vector<DataUpdate> out;
  reader.read(snapshots(), out);
  const double parsed = best_seconds(5, [&] {
    for (const std::string& frame : frames) {
      ENSURE(reader.read(frame, out).ok && out.size() == kTopics);
      for (const DataUpdate& update : out) {
        seen += static_cast<std::uint64_t>((*update.last_price).raw());
      }
    }
  });
  ENSURE(seen > 0);
  const auto per_frame = [](double seconds) { return seconds / kFrames * 1e6; };
  std::printf("A frame of 100 updates, %s, %zu bytes\n", std::string(what).c_str(),
              frames.front().size());
  std::printf("  added up                               %8.2f us\n", per_frame(scan));
  std::printf("  parsed into updates                    %8.2f us  %.1f x (goal: 20 us)\n",
              per_frame(parsed), parsed / scan);
}

}  // namespace
}  // namespace tranchet::fyers

int main() {
  tranchet::fyers::measure("3 of 21 fields told", 3);
  tranchet::fyers::measure("all fields told", 21);
}
