#include "backtest/tape/mixed_rows.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "events/ensure.h"

namespace tranchet {
namespace {

enum class RowKind : std::uint8_t { Trade = 1, Mark, BookTop, Liquidation, Funding };

// A row's numbers before they are packed. Which of them a kind uses is in `prices_of` and so on.
struct Row {
  RowKind kind{};
  std::uint8_t flag = 0;  // Aggressor or side; below 8.
  bool has_quantity = true;
  std::int64_t time = 0;
  std::int64_t rate = 0;
  std::array<std::int64_t, 2> prices{};
  std::array<std::int64_t, 2> quantities{};
};

constexpr std::size_t prices_of(RowKind kind) {
  if (kind == RowKind::BookTop) return 2;
  return kind == RowKind::Funding ? 0 : 1;
}
constexpr std::size_t quantities_of(RowKind kind) {
  if (kind == RowKind::BookTop) return 2;
  return kind == RowKind::Trade || kind == RowKind::Liquidation ? 1 : 0;
}

Row row_of(const Occurrence& event) {
  Row row{.time = event.time.nanoseconds()};
  if (const auto* const trade = std::get_if<TradePrinted>(&event.body)) {
    row.kind = RowKind::Trade;
    row.flag = trade->aggressor;
    row.has_quantity = trade->quantity.has_value();
    row.prices[0] = trade->price.raw();
    if (row.has_quantity) row.quantities[0] = (*trade->quantity).raw();
  } else if (const auto* const mark = std::get_if<MarkPrice>(&event.body)) {
    row.kind = RowKind::Mark;
    row.prices[0] = mark->price.raw();
  } else if (const auto* const top = std::get_if<BookTop>(&event.body)) {
    row.kind = RowKind::BookTop;
    row.prices = {top->bid_price.raw(), top->ask_price.raw()};
    row.quantities = {top->bid_quantity.raw(), top->ask_quantity.raw()};
  } else if (const auto* const liquidation = std::get_if<LiquidationPrinted>(&event.body)) {
    row.kind = RowKind::Liquidation;
    row.flag = static_cast<std::uint8_t>(liquidation->side);
    row.prices[0] = liquidation->average_price.raw();
    row.quantities[0] = liquidation->quantity.raw();
  } else {
    const auto* const funding = std::get_if<FundingRate>(&event.body);
    ENSURE(funding != nullptr);  // Market data has nothing else.
    row.kind = RowKind::Funding;
    row.rate = funding->rate;
  }
  return row;
}

Occurrence occurrence_of(const Row& row, InstrumentId instrument) {
  const auto price = [&](std::size_t at) { return Price::from_raw(row.prices[at]); };
  const auto quantity = [&](std::size_t at) { return Quantity::from_raw(row.quantities[at]); };
  const Timestamp time = Timestamp::from_nanoseconds(row.time);
  switch (row.kind) {
    case RowKind::Trade: {
      TradePrinted trade{.instrument = instrument, .price = price(0), .aggressor = row.flag};
      if (row.has_quantity) trade.quantity = quantity(0);
      return {time, trade};
    }
    case RowKind::Mark:
      return {time, MarkPrice{instrument, price(0)}};
    case RowKind::BookTop:
      return {time, BookTop{instrument, price(0), quantity(0), price(1), quantity(1)}};
    case RowKind::Liquidation:
      return {time,
              LiquidationPrinted{instrument, static_cast<Side>(row.flag), price(0), quantity(0)}};
    case RowKind::Funding:
      break;
  }
  return {time, FundingRate{instrument, row.rate}};
}

// The largest power of ten, at most 10^9, that divides all.
class CommonUnit {
 public:
  void note(std::int64_t value) {
    while (value % unit_ != 0) unit_ /= 10;
  }
  std::int64_t unit() const { return unit_; }

 private:
  std::int64_t unit_ = 1'000'000'000;
};

// Small numbers of either sign as small numbers: 0, -1, 1, -2 are 0, 1, 2, 3.
constexpr std::uint64_t fold_sign(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unfold_sign(std::uint64_t folded) {
  return static_cast<std::int64_t>(folded >> 1 ^ (0 - (folded & 1)));
}

// The difference of any two numbers, modulo 2^64.
constexpr std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
constexpr std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr std::int64_t product(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

// What differences are taken against, in units.
struct Before {
  std::int64_t time = 0;
  std::int64_t price = 0;
};

struct Units {
  std::int64_t time = 1;
  std::int64_t price = 1;
  std::int64_t quantity = 1;
};

class RowPacker {
 public:
  explicit RowPacker(Units units) : units_(units) {}

  void pack(const Row& row) {
    bytes_.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(row.kind) |
                                               static_cast<unsigned>(row.flag) << 3 |
                                               (row.has_quantity ? 0x40U : 0U)));
    number(fold_sign(difference(row.time / units_.time, before_.time)));
    before_.time = row.time / units_.time;
    for (std::size_t at = 0; at < prices_of(row.kind); ++at) {
      const std::int64_t price = row.prices[at] / units_.price;
      number(fold_sign(difference(price, before_.price)));
      before_.price = price;
    }
    for (std::size_t at = 0; row.has_quantity && at < quantities_of(row.kind); ++at) {
      number(fold_sign(row.quantities[at] / units_.quantity));
    }
    if (row.kind == RowKind::Funding) number(fold_sign(row.rate));
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    }
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }

  Units units_;
  Before before_;
  std::vector<std::uint8_t> bytes_;
};

class RowReader {
 public:
  RowReader(Units units, const std::byte* at, const std::byte* end)
      : units_(units), at_(at), end_(end) {}

  // False: there is no row here.
  bool read(Row& row) {
    if (at_ == end_) return false;
    const auto first = static_cast<unsigned>(*at_++);
    row.kind = static_cast<RowKind>(first & 7U);
    if (row.kind < RowKind::Trade || row.kind > RowKind::Funding) return false;
    row.flag = static_cast<std::uint8_t>(first >> 3 & 7U);
    row.has_quantity = (first & 0x40U) != 0;
    before_.time = sum(before_.time, number());
    row.time = product(before_.time, units_.time);
    for (std::size_t at = 0; at < prices_of(row.kind); ++at) {
      before_.price = sum(before_.price, number());
      row.prices[at] = product(before_.price, units_.price);
    }
    for (std::size_t at = 0; row.has_quantity && at < quantities_of(row.kind); ++at) {
      row.quantities[at] = product(number(), units_.quantity);
    }
    if (row.kind == RowKind::Funding) row.rate = number();
    return true;
  }

 private:
  std::int64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; at_ != end_ && shift < 64; shift += 7) {
      const auto byte = static_cast<std::uint64_t>(*at_++);
      value |= (byte & 0x7F) << shift;
      if (byte < 0x80) break;
    }
    return unfold_sign(value);
  }

  Units units_;
  Before before_;
  const std::byte* at_;
  const std::byte* end_;
};

const ColumnLayout& layout_of(const BlockHead& head, MixedColumn column) {
  return head.columns[static_cast<std::size_t>(column)];
}

}  // namespace

void write_mixed_rows(std::span<const Occurrence> events, BlockHead& head,
                      std::vector<std::uint64_t>& words) {
  CommonUnit time, price, quantity;
  for (const Occurrence& event : events) {
    const Row row = row_of(event);
    time.note(row.time);
    for (std::size_t at = 0; at < 2; ++at) {
      price.note(row.prices[at]);
      quantity.note(row.quantities[at]);
    }
  }
  RowPacker packer({time.unit(), price.unit(), quantity.unit()});
  for (const Occurrence& event : events) packer.pack(row_of(event));
  words.assign((packer.bytes().size() + 7) / 8, 0);
  std::memcpy(words.data(), packer.bytes().data(), packer.bytes().size());
  head.columns[static_cast<std::size_t>(MixedColumn::Times)].unit = time.unit();
  head.columns[static_cast<std::size_t>(MixedColumn::Prices)].unit = price.unit();
  head.columns[static_cast<std::size_t>(MixedColumn::Quantities)].unit = quantity.unit();
}

void read_mixed_rows(const BlockHead& head, const std::byte* bytes, InstrumentId instrument,
                     std::vector<Occurrence>& out) {
  const Units units{.time = layout_of(head, MixedColumn::Times).unit,
                    .price = layout_of(head, MixedColumn::Prices).unit,
                    .quantity = layout_of(head, MixedColumn::Quantities).unit};
  RowReader reader(units, bytes, bytes + head.bytes);
  Row row;
  for (std::uint32_t at = 0; at < head.count && reader.read(row); ++at) {
    out.push_back(occurrence_of(row, instrument));
  }
}

}  // namespace tranchet
