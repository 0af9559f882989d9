// Input files that a test writes, and everything that reading them says.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backtest/market_data/market_data.h"

namespace tranchet {

// A directory of its own, gone with the object.
class InputFolder {
 public:
  InputFolder();
  ~InputFolder();
  InputFolder(const InputFolder&) = delete;
  InputFolder& operator=(const InputFolder&) = delete;

  std::filesystem::path path(std::string_view name) const { return root_ / name; }
  std::filesystem::path text(std::string_view name, std::string_view content) const;
  std::filesystem::path gzip(std::string_view name, std::string_view content) const;
  // An archive of one member.
  std::filesystem::path zip(std::string_view name, std::string_view member,
                            std::string_view content) const;

 private:
  std::filesystem::path root_;
};

std::string content_of(const std::filesystem::path& file);

struct ReadData {
  std::vector<Bar> bars;
  std::vector<Occurrence> events;
  DataReport report;
  std::optional<InputError> error;

  template <class Body>
  std::vector<Body> all() const {
    std::vector<Body> found;
    for (const Occurrence& event : events) {
      if (const Body* body = std::get_if<Body>(&event.body)) found.push_back(*body);
    }
    return found;
  }
};

inline constexpr InstrumentId kInstrument{7};
inline Timestamp at(std::string_view time) {
  return parse_time(time).value();
}

DataOptions options_of(std::vector<std::filesystem::path> paths, std::string symbol);
ReadData read_data(const DataOptions& options);
ReadData read_data(const std::filesystem::path& path, std::string symbol = "BTCUSDT");
// The error's text without the file in front of it: "3: price ...". Empty: no error.
std::string error_of(const ReadData& data);

}  // namespace tranchet
