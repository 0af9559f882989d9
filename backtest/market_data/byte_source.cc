#include "backtest/market_data/byte_source.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(int descriptor) : descriptor_(descriptor) {}
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes() override { ::close(descriptor_); }

  // The first four bytes, or fewer of a shorter file; they are read again afterwards.
  std::expected<std::string_view, std::string> peek() {
    while (head_size_ < head_.size()) {
      const auto count = read_file(std::span(head_).subspan(head_size_));
      if (!count) return std::unexpected(count.error());
      if (*count == 0) break;
      head_size_ += *count;
    }
    return std::string_view(head_.data(), head_size_);
  }

  std::expected<std::size_t, std::string> read(std::span<char> out) override {
    if (head_read_ < head_size_) {
      const std::size_t count = std::min(out.size(), head_size_ - head_read_);
      std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(head_read_), count, out.begin());
      head_read_ += count;
      return count;
    }
    return read_file(out);
  }

 private:
  std::expected<std::size_t, std::string> read_file(std::span<char> out) const {
    for (;;) {
      const ssize_t count = ::read(descriptor_, out.data(), out.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return std::unexpected(std::string("cannot read: ") + strerror(errno));
    }
  }

  int descriptor_;
  std::array<char, 4> head_{};
  std::size_t head_size_ = 0;
  std::size_t head_read_ = 0;
};

class GzipBytes final : public ByteSource {
 public:
  explicit GzipBytes(std::unique_ptr<FileBytes> packed)
      : packed_(std::move(packed)), input_(kInputSize) {
    constexpr int kGzipOnly = 16;
    ready_ = inflateInit2(&stream_, MAX_WBITS + kGzipOnly) == Z_OK;
  }
  GzipBytes(const GzipBytes&) = delete;
  GzipBytes& operator=(const GzipBytes&) = delete;
  ~GzipBytes() override {
    if (ready_) inflateEnd(&stream_);
  }

  std::expected<std::size_t, std::string> read(std::span<char> out) override {
    if (!ready_) return std::unexpected("zlib has no memory");
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), 1U << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) {
        const auto more = refill();
        if (!more) return std::unexpected(more.error());
        if (!*more) {
          if (between_members_) return 0;
          return std::unexpected("the gzip ends early: the file is truncated");
        }
      }
      // Files are concatenated as gzip allows it: another member may follow the one that ended.
      if (between_members_ && inflateReset(&stream_) != Z_OK) {
        return std::unexpected("zlib failed");
      }
      between_members_ = false;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        between_members_ = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return std::unexpected(std::string("the gzip is damaged: ") +
                               (stream_.msg != nullptr ? stream_.msg : "zlib failed"));
      }
    }
    return wanted - stream_.avail_out;
  }

 private:
  static constexpr std::size_t kInputSize = std::size_t{128} * 1'024;

  std::expected<bool, std::string> refill() {
    const auto count = packed_->read(input_);
    if (!count) return std::unexpected(count.error());
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(*count);
    return *count > 0;
  }

  std::unique_ptr<FileBytes> packed_;
  std::vector<char> input_;
  z_stream stream_{};
  bool ready_ = false;
  bool between_members_ = false;
};

// A file that is one text.
class SinglePart final : public InputFile {
 public:
  explicit SinglePart(std::unique_ptr<InputPart> part) : part_(std::move(part)) {}
  std::expected<std::unique_ptr<InputPart>, InputError> next_part() override {
    return std::move(part_);
  }

 private:
  std::unique_ptr<InputPart> part_;
};

}  // namespace

std::string_view describe(Container container) {
  switch (container) {
    case Container::Plain:
      return "csv";
    case Container::Gzip:
      return "gzip";
    case Container::Zip:
      return "zip";
  }
  return "";
}

std::expected<std::unique_ptr<InputFile>, InputError> open_input(
    const std::filesystem::path& path) {
  const std::string file = path.string();
  std::error_code failed;
  const std::filesystem::file_status status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status)) return input_error(file, 0, "there is no such file");
  if (std::filesystem::is_directory(status)) {
    return input_error(file, 0, "is a directory, not a file");
  }
  if (const auto verified = verify_checksum(path); !verified) {
    return std::unexpected(verified.error());
  }

  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return input_error(file, 0, std::string("cannot open: ") + strerror(errno));
  auto bytes = std::make_unique<FileBytes>(descriptor);
  const auto head = bytes->peek();
  if (!head) return input_error(file, 0, head.error());
  if (head->empty()) return input_error(file, 0, "is empty");

  const std::string extension = lower_case(path.extension().string());
  if (head->starts_with("PK\x03\x04") || head->starts_with("PK\x05\x06")) return open_zip(path);
  const bool gzip = head->starts_with("\x1f\x8b");
  if (extension == ".zip") return input_error(file, 0, "is named .zip but is no zip archive");
  if (extension == ".gz" && !gzip) return input_error(file, 0, "is named .gz but is no gzip file");

  auto part = std::make_unique<InputPart>();
  part->file = file;
  part->name = extension == ".gz" ? path.stem().string() : path.filename().string();
  part->container = gzip ? Container::Gzip : Container::Plain;
  if (gzip) {
    part->bytes = std::make_unique<GzipBytes>(std::move(bytes));
  } else {
    part->bytes = std::move(bytes);
  }
  return std::make_unique<SinglePart>(std::move(part));
}

}  // namespace tranchet
