#include "backtest/report/result_files.h"

#include <fstream>
#include <string_view>

#include "backtest/report/html.h"

namespace tranchet {
namespace {

std::expected<void, std::string> write_file(const std::filesystem::path& file,
                                            std::string_view text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  stream.close();
  if (!stream) return std::unexpected(file.string() + ": cannot be written");
  return {};
}

}  // namespace

std::expected<void, std::string> write_results(const std::filesystem::path& folder,
                                               const Summary& summary, const RowSample& sample,
                                               const Names& names) {
  auto written = write_file(folder / "summary.json", summary_json(summary));
  if (!written) return written;
  return write_file(folder / "report.html", report_html(summary, sample, names));
}

}  // namespace tranchet
