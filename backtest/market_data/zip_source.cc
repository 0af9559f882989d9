#include <zip.h>

#include <utility>

#include "backtest/market_data/byte_source.h"
#include "backtest/market_data/wording.h"

namespace tranchet {
namespace {

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Archive = std::shared_ptr<zip_t>;
using Member = std::unique_ptr<zip_file_t, CloseMember>;

std::string zip_message(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

class MemberBytes final : public ByteSource {
 public:
  MemberBytes(Archive archive, Member member)
      : archive_(std::move(archive)), member_(std::move(member)) {}

  // libzip compares the CRC when it reaches the member's end.
  std::expected<std::size_t, std::string> read(std::span<char> out) override {
    const zip_int64_t count = zip_fread(member_.get(), out.data(), out.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    return std::unexpected("the zip is damaged: " + std::string(zip_file_strerror(member_.get())));
  }

 private:
  Archive archive_;  // Outlives the member, which is destroyed first.
  Member member_;
};

class ZipFile final : public InputFile {
 public:
  ZipFile(std::string file, Archive archive)
      : file_(std::move(file)),
        archive_(std::move(archive)),
        members_(zip_get_num_entries(archive_.get(), 0)) {}

  std::expected<std::unique_ptr<InputPart>, InputError> next_part() override {
    while (next_ < members_) {
      const auto index = static_cast<zip_uint64_t>(next_++);
      const char* name = zip_get_name(archive_.get(), index, ZIP_FL_ENC_GUESS);
      const std::string path = name != nullptr ? name : "";
      if (path.ends_with('/')) continue;
      Member member(zip_fopen_index(archive_.get(), index, 0));
      if (member == nullptr) {
        return input_error(file_ + "/" + path, 0,
                           std::string("the zip is damaged: ") + zip_strerror(archive_.get()));
      }
      auto part = std::make_unique<InputPart>();
      part->file = file_ + "/" + path;
      part->name = path.substr(path.rfind('/') + 1);
      part->container = Container::Zip;
      part->bytes = std::make_unique<MemberBytes>(archive_, std::move(member));
      return part;
    }
    return nullptr;
  }

 private:
  std::string file_;
  Archive archive_;
  zip_int64_t members_;
  zip_int64_t next_ = 0;
};

}  // namespace

std::expected<std::unique_ptr<InputFile>, InputError> open_zip(const std::filesystem::path& path) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code), [](zip_t* opened) {
    if (opened != nullptr) DiscardArchive()(opened);
  });
  if (archive == nullptr) {
    return input_error(path.string(), 0, "the zip is damaged: " + zip_message(code));
  }
  if (zip_get_num_entries(archive.get(), 0) == 0) {
    return input_error(path.string(), 0, "the zip archive is empty");
  }
  return std::make_unique<ZipFile>(path.string(), std::move(archive));
}

}  // namespace tranchet
