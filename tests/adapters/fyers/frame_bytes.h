// Frames of the binary data stream put together byte by byte, right and wrong ones, without the
// code that is tested.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tranchet::fyers {

inline std::string big_endian(std::uint64_t number, unsigned width) {
  std::string text;
  for (unsigned byte = width; byte-- > 0;) text += static_cast<char>(number >> (8 * byte) & 0xFF);
  return text;
}

inline std::string fields_text(const std::vector<std::int64_t>& fields) {
  std::string text = big_endian(fields.size(), 1);
  for (const std::int64_t field : fields) {
    text += big_endian(static_cast<std::uint32_t>(field), 4);
  }
  return text;
}

inline std::string short_text(std::string_view text) {
  return big_endian(text.size(), 1) + std::string(text);
}

inline constexpr std::int64_t kSame = 0x8000'0000;  // "Unchanged".

struct Scale {
  std::uint16_t multiplier = 1;
  std::uint8_t decimals = 2;
};
inline std::string snapshot_item(std::uint16_t id, std::string_view name,
                                 const std::vector<std::int64_t>& fields, Scale scale = {}) {
  return "S" + big_endian(id, 2) + short_text(name) + fields_text(fields) + big_endian(0, 2) +
         big_endian(scale.multiplier, 2) + big_endian(scale.decimals, 1) + short_text("nse_cm") +
         short_text(name.substr(name.rfind('|') + 1)) + short_text("NAME-EQ");
}
inline std::string update_item(std::uint16_t id, const std::vector<std::int64_t>& fields) {
  return "U" + big_endian(id, 2) + fields_text(fields);
}
inline std::string lite_item(std::uint16_t id, std::int64_t price) {
  return "L" + big_endian(id, 2) + big_endian(static_cast<std::uint32_t>(price), 4);
}

inline std::string framed(std::string_view rest) {
  return big_endian(rest.size(), 2) + std::string(rest);
}
inline std::string data_frame(std::uint32_t message, std::uint16_t count, std::string_view items) {
  return framed("\x06" + big_endian(message, 4) + big_endian(count, 2) + std::string(items));
}
inline std::string connect_answer(std::uint32_t acknowledge_every, char word = 'K') {
  return framed(std::string("\x01\x02\x01\x00\x01", 5) + word + std::string("\x02\x00\x04", 3) +
                big_endian(acknowledge_every, 4));
}

}  // namespace tranchet::fyers
