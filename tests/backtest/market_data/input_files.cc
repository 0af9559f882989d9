#include "tests/backtest/market_data/input_files.h"

#include <unistd.h>
#include <zip.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "events/ensure.h"

namespace tranchet {

InputFolder::InputFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "tranchet-input-XXXXXX").string();
  ENSURE(mkdtemp(name.data()) != nullptr);
  root_ = name;
}

InputFolder::~InputFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

std::filesystem::path InputFolder::text(std::string_view name, std::string_view content) const {
  std::ofstream file(path(name), std::ios::binary);
  file << content;
  ENSURE(file.good());
  return path(name);
}

std::filesystem::path InputFolder::gzip(std::string_view name, std::string_view content) const {
  const gzFile file = gzopen(path(name).c_str(), "wb");
  ENSURE(file != nullptr);
  ENSURE(content.empty() || gzwrite(file, content.data(), static_cast<unsigned>(content.size())) ==
                                static_cast<int>(content.size()));
  ENSURE(gzclose(file) == Z_OK);
  return path(name);
}

std::filesystem::path InputFolder::zip(std::string_view name, std::string_view member,
                                       std::string_view content) const {
  int code = 0;
  zip_t* const archive = zip_open(path(name).c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  ENSURE(archive != nullptr);
  zip_source_t* const source = zip_source_buffer(archive, content.data(), content.size(), 0);
  ENSURE(source != nullptr);
  ENSURE(zip_file_add(archive, std::string(member).c_str(), source, 0) >= 0);
  ENSURE(zip_close(archive) == 0);
  return path(name);
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

DataOptions options_of(std::vector<std::filesystem::path> paths, std::string symbol) {
  DataOptions options;
  options.paths = std::move(paths);
  options.symbol = std::move(symbol);
  options.instrument = kInstrument;
  return options;
}

ReadData read_data(const DataOptions& options) {
  ReadData all;
  const auto data = MarketData::open(options);
  if (!data) {
    all.error = data.error();
    return all;
  }
  Block block;
  for (;;) {
    const auto more = (*data)->next(block);
    all.report = (*data)->report();
    if (!more) {
      all.error = more.error();
      return all;
    }
    if (!*more) return all;
    all.bars.insert(all.bars.end(), block.bars.begin(), block.bars.end());
    append_events(block, options.instrument, all.events);
  }
}

ReadData read_data(const std::filesystem::path& path, std::string symbol) {
  return read_data(options_of({path}, std::move(symbol)));
}

std::string error_of(const ReadData& data) {
  if (!data.error) return "";
  if (data.error->line == 0) return data.error->message;
  return std::to_string(data.error->line) + ": " + data.error->message;
}

}  // namespace tranchet
