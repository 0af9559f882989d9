// The bytes of an input file, unpacked as they are read: plain, gzip, or the members of a zip.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "backtest/market_data/market_data.h"

namespace tranchet {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills the front of `out` (not empty) and says how much of it; 0 at the end. The error is a
  // message without the file's name. What the container promises is verified by then: a gzip that
  // ends early and a member whose CRC differs are errors.
  virtual std::expected<std::size_t, std::string> read(std::span<char> out) = 0;
};

enum class Container : std::uint8_t { Plain = 1, Gzip, Zip };
std::string_view describe(Container container);  // "csv", "gzip", "zip": the end of format names.

// One text to read: a file, or one member of an archive.
struct InputPart {
  std::string file;  // For messages: "DIR/A.zip", or "DIR/A.zip/A.csv".
  std::string name;  // "A.csv", without directories and ".gz": may say the symbol and the day.
  Container container = Container::Plain;
  std::unique_ptr<ByteSource> bytes;
};

class InputFile {
 public:
  virtual ~InputFile() = default;
  // Nullptr after the last part. The part before must not be read any more.
  virtual std::expected<std::unique_ptr<InputPart>, InputError> next_part() = 0;
};

// Tells the container by the first bytes, never by the name; a name that says otherwise
// (`.zip`, `.gz`) is an error. With a `<file>.CHECKSUM` beside it the SHA-256 is verified first.
std::expected<std::unique_ptr<InputFile>, InputError> open_input(const std::filesystem::path& path);

// The part of open_input that knows libzip.
std::expected<std::unique_ptr<InputFile>, InputError> open_zip(const std::filesystem::path& path);

// Compares `path` with the sum that the file `path`.CHECKSUM gives, if there is one.
std::expected<void, InputError> verify_checksum(const std::filesystem::path& path);

}  // namespace tranchet
