#include "backtest/report/row_files.h"

#include <system_error>

namespace tranchet {
namespace {

constexpr std::string_view kTradesHeader =
    "time,sequence,instrument,position_side,tranche_id,tranche,purpose,reason,side,price,quantity,"
    "fee,liquidity,realized_pnl,order_id\n";
constexpr std::string_view kTranchesHeader =
    "tranche_id,tranche,instrument,position_side,opened,closed,entries,quantity,average_entry,"
    "take_profit,stop_loss,exit_reason,average_exit,realized_pnl,fees,funding,mae,mfe,"
    "naked_quantity_seconds,merged_into,closed_sequence\n";
constexpr std::string_view kEquityHeader =
    "time,balance,unrealized_pnl,equity,drawdown,exposure,sequence\n";

constexpr std::size_t kBufferBytes = 1 << 16;

// Fields of one line, with commas between and quotes where a text needs them.
class Line {
 public:
  Line& add(std::string_view field) {
    if (!first_) text_ += ',';
    first_ = false;
    if (field.find_first_of(",\"\n\r") == std::string_view::npos) {
      text_ += field;
    } else {
      text_ += '"';
      for (const char c : field) text_ += c == '"' ? std::string("\"\"") : std::string(1, c);
      text_ += '"';
    }
    return *this;
  }
  Line& add(std::uint64_t number) { return add(std::to_string(number)); }
  template <class Enum>
  Line& add(const std::optional<Enum>& value) {
    return add(value ? to_text(*value) : std::string_view());
  }
  Line& add(Maybe<Price> price) { return add(price ? to_text(*price) : std::string()); }
  template <class Unit>
  Line& add(Decimal<Unit> value) {
    return add(to_text(value));
  }
  std::string end() { return std::move(text_) + "\n"; }

 private:
  std::string text_;
  bool first_ = true;
};

}  // namespace

std::string_view trades_header() {
  return kTradesHeader;
}
std::string_view tranches_header() {
  return kTranchesHeader;
}
std::string_view equity_header() {
  return kEquityHeader;
}

std::string csv_line(const TradeRow& row, const Names& names) {
  Line line;
  line.add(to_text(row.time)).add(number(row.sequence)).add(names.symbol(row.key.instrument));
  line.add(to_text(row.key.side)).add(static_cast<std::uint64_t>(row.tranche_id));
  line.add(std::uint64_t{row.tranche}).add(row.purpose);
  if (row.fee_correction) {
    line.add("FeeCorrection");
  } else {
    line.add(row.reason);
  }
  line.add(row.side).add(row.price).add(row.quantity).add(row.fee).add(row.liquidity);
  line.add(row.realized_pnl);
  line.add(row.order == OrderId::None ? std::string() : to_text(row.order));
  return line.end();
}

std::string_view exit_reason_text(const TrancheRow& row) {
  switch (row.end) {
    case TrancheEnd::Open:
      return "";
    case TrancheEnd::Exited:
      return row.exit_reason ? to_text(*row.exit_reason) : std::string_view();
    case TrancheEnd::Merged:
      return "Merged";
    case TrancheEnd::Correction:
      return "Correction";
  }
  return "";
}

std::string csv_line(const TrancheRow& row, const Names& names) {
  const bool ended = row.end != TrancheEnd::Open;
  Line line;
  line.add(static_cast<std::uint64_t>(row.tranche_id)).add(std::uint64_t{row.tranche});
  line.add(names.symbol(row.key.instrument)).add(to_text(row.key.side));
  line.add(to_text(row.opened)).add(ended ? to_text(row.closed) : std::string());
  line.add(row.entries).add(row.quantity).add(row.average_entry);
  line.add(row.take_profit).add(row.stop_loss).add(exit_reason_text(row)).add(row.average_exit);
  line.add(row.realized_pnl).add(row.fees).add(row.funding).add(row.mae).add(row.mfe);
  line.add(value_text(row.naked_quantity_seconds));
  line.add(row.merged_into == TrancheId::None
               ? std::string()
               : std::to_string(static_cast<std::uint64_t>(row.merged_into)));
  line.add(ended ? std::to_string(number(row.closed_sequence)) : std::string());
  return line.end();
}

std::string csv_line(const EquityRow& row) {
  Line line;
  line.add(to_text(row.time)).add(row.balance).add(row.unrealized_pnl).add(row.equity);
  line.add(row.drawdown).add(row.exposure);
  line.add(row.sequence == Sequence{} ? std::string() : std::to_string(number(row.sequence)));
  return line.end();
}

std::expected<std::unique_ptr<RowFiles>, std::string> RowFiles::create(
    const std::filesystem::path& folder, const Names& names) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return std::unexpected(folder.string() + ": cannot be created: " + error.message());
  std::unique_ptr<RowFiles> rows(new RowFiles(names));
  const auto open = [&](std::size_t index, const char* name, std::string_view header) {
    File& file = rows->files_[index];
    file.path = folder / name;
    file.stream.open(file.path, std::ios::binary | std::ios::trunc);
    file.buffer = header;
    return file.stream.is_open();
  };
  if (!open(0, "trades.csv", kTradesHeader) || !open(1, "tranches.csv", kTranchesHeader) ||
      !open(2, "equity.csv", kEquityHeader)) {
    return std::unexpected(folder.string() + ": no file can be written there");
  }
  return rows;
}

void RowFiles::append(File& file, std::string_view line) {
  file.buffer += line;
  if (file.buffer.size() < kBufferBytes) return;
  file.stream.write(file.buffer.data(), static_cast<std::streamsize>(file.buffer.size()));
  file.buffer.clear();
  if (!file.stream && failure_.empty()) failure_ = file.path.string() + ": cannot be written";
}

void RowFiles::add(const TradeRow& row) {
  append(files_[0], csv_line(row, names_));
}
void RowFiles::add(const TrancheRow& row) {
  append(files_[1], csv_line(row, names_));
}
void RowFiles::add(const EquityRow& row) {
  append(files_[2], csv_line(row));
}

std::expected<void, std::string> RowFiles::close() {
  for (File& file : files_) {
    file.stream.write(file.buffer.data(), static_cast<std::streamsize>(file.buffer.size()));
    file.buffer.clear();
    file.stream.close();
    if (!file.stream && failure_.empty()) failure_ = file.path.string() + ": cannot be written";
  }
  if (!failure_.empty()) return std::unexpected(failure_);
  return {};
}

}  // namespace tranchet
