#include "backtest/tape/tape_meta.h"

#include <algorithm>
#include <cstring>

#include "events/log/crc32c.h"

namespace tranchet {
namespace {

constexpr std::uint32_t kMagic = 0x5450'4154;  // "TAPT"
constexpr std::size_t kMostListed = 100;

// Walks the fields in one order, for writing and for reading: numbers of eight bytes, texts behind
// their length.
class MetaWriter {
 public:
  void number(std::uint64_t value) {
    const auto* const from = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof value);
  }
  void text(const std::string& value) {
    number(value.size());
    const auto* const from = reinterpret_cast<const std::byte*>(value.data());
    bytes_.insert(bytes_.end(), from, from + value.size());
  }
  std::vector<std::byte>& bytes() { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

class MetaReader {
 public:
  explicit MetaReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  void number(std::uint64_t& value) {
    value = 0;
    if (bytes_.size() < sizeof value) {
      is_short_ = true;
      return;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_ = bytes_.subspan(sizeof value);
  }
  void text(std::string& value) {
    std::uint64_t size = 0;
    number(size);
    if (size > bytes_.size()) {
      is_short_ = true;
      return;
    }
    value.assign(reinterpret_cast<const char*>(bytes_.data()), size);
    bytes_ = bytes_.subspan(size);
  }
  bool is_whole() const { return !is_short_ && bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
  bool is_short_ = false;
};

// One function for both directions: `Walk` is a MetaWriter with a const TapeMeta, or a MetaReader.
template <class Walk, class Meta>
void walk(Walk& at, Meta& meta) {
  const auto number = [&](auto& value) {
    auto wide = static_cast<std::uint64_t>(value);
    at.number(wide);
    if constexpr (!std::is_const_v<Meta>) value = static_cast<std::decay_t<decltype(value)>>(wide);
  };
  const auto time = [&](auto& value) {
    auto wide = static_cast<std::uint64_t>(value.nanoseconds());
    at.number(wide);
    if constexpr (!std::is_const_v<Meta>) {
      value = Timestamp::from_nanoseconds(static_cast<std::int64_t>(wide));
    }
  };
  const auto size_of = [&](auto& list) {
    std::uint64_t size = list.size();
    at.number(size);
    if constexpr (!std::is_const_v<Meta>) list.resize(std::min<std::uint64_t>(size, kMostListed));
  };
  const auto maybe_time = [&](auto& value) {
    std::uint64_t has = value ? 1 : 0;
    at.number(has);
    if constexpr (!std::is_const_v<Meta>)
      value = has != 0 ? std::optional(Timestamp()) : std::nullopt;
    if (has != 0) time(*value);
  };
  at.text(meta.symbol);
  number(meta.blocks);
  number(meta.count);
  auto& report = meta.report;
  at.text(report.format);
  number(report.rows);
  number(report.used);
  number(report.ignored);
  number(report.duplicates);
  number(report.bad);
  number(report.disordered);
  number(report.crossed);
  size_of(report.bad_rows);
  for (auto& row : report.bad_rows) {
    at.text(row.file);
    number(row.line);
    at.text(row.message);
  }
  number(report.gap_count);
  size_of(report.gaps);
  for (auto& gap : report.gaps) {
    time(gap.from);
    time(gap.to);
  }
  maybe_time(report.first_time);
  maybe_time(report.last_time);
  number(report.has_bars);
  number(report.has_trades);
  number(report.has_marks);
  number(report.price_decimals);
  number(report.quantity_decimals);
}

struct Envelope {
  std::uint32_t magic = kMagic;
  std::uint32_t version = kTapeVersion;
  std::uint32_t checksum = 0;  // CRC-32C of what follows.
  std::uint32_t reserved = 0;
};

}  // namespace

std::vector<std::byte> encode_meta(const TapeMeta& meta) {
  MetaWriter writer;
  walk(writer, meta);
  Envelope envelope{.version = meta.version, .checksum = crc32c(writer.bytes())};
  std::vector<std::byte> bytes(sizeof envelope + writer.bytes().size());
  std::memcpy(bytes.data(), &envelope, sizeof envelope);
  std::ranges::copy(writer.bytes(), bytes.begin() + sizeof envelope);
  return bytes;
}

std::expected<TapeMeta, InputError> decode_meta(std::span<const std::byte> bytes) {
  Envelope envelope;
  if (bytes.size() < sizeof envelope) {
    return std::unexpected(InputError{.message = "is damaged: the record about the tape is cut",
                                      .fault = InputFault::Damaged});
  }
  std::memcpy(&envelope, bytes.data(), sizeof envelope);
  bytes = bytes.subspan(sizeof envelope);
  if (envelope.magic != kMagic) return std::unexpected(InputError{.message = "is not a tape"});
  if (envelope.version != kTapeVersion) {
    return std::unexpected(
        InputError{.message = "is a tape of version " + std::to_string(envelope.version) +
                              ", this program reads version " + std::to_string(kTapeVersion) +
                              ": import the history again"});
  }
  TapeMeta meta;
  MetaReader reader(bytes);
  if (crc32c(bytes) == envelope.checksum) walk(reader, meta);
  if (meta.symbol.empty() || !reader.is_whole()) {
    return std::unexpected(
        InputError{.message = "is damaged: the record about the tape does not match its checksum",
                   .fault = InputFault::Damaged});
  }
  return meta;
}

void append_report(DataReport& report, const DataReport& later) {
  if (report.rows == 0) {
    report = later;
    return;
  }
  if (report.format.find(later.format) == std::string::npos) report.format += ", " + later.format;
  // Between two bars that do not touch, or ticks more than an hour apart.
  if (report.last_time && later.first_time) {
    const Duration between = *later.first_time - *report.last_time;
    const Duration allowed = report.has_bars ? Duration::milliseconds(1) : Duration::hours(1);
    if (between > allowed) {
      ++report.gap_count;
      const Timestamp from =
          report.has_bars ? *report.last_time + Duration::milliseconds(1) : *report.last_time;
      if (report.gaps.size() < kMostListed) report.gaps.push_back({from, *later.first_time});
    }
  }
  report.rows += later.rows;
  report.used += later.used;
  report.ignored += later.ignored;
  report.duplicates += later.duplicates;
  report.bad += later.bad;
  report.disordered += later.disordered;
  report.crossed += later.crossed;
  report.gap_count += later.gap_count;
  const auto append = [](auto& list, const auto& more) {
    const std::size_t room = kMostListed - std::min(kMostListed, list.size());
    list.insert(list.end(), more.begin(),
                more.begin() + static_cast<std::ptrdiff_t>(std::min(room, more.size())));
  };
  append(report.bad_rows, later.bad_rows);
  append(report.gaps, later.gaps);
  if (!report.first_time) report.first_time = later.first_time;
  if (later.last_time) report.last_time = later.last_time;
  report.has_trades |= later.has_trades;
  report.has_marks |= later.has_marks;
  report.price_decimals = std::max(report.price_decimals, later.price_decimals);
  report.quantity_decimals = std::max(report.quantity_decimals, later.quantity_decimals);
}

}  // namespace tranchet
