#include "events/log/market_rows.h"

#include <bit>
#include <limits>
#include <utility>

#include "events/ensure.h"

namespace tranchet {
namespace {

constexpr std::uint64_t kMark = 1, kTrade = 2, kBook = 3;
constexpr std::size_t kMarkWords = 3, kTradeWords = 4, kBookWords = 6;
constexpr int kAggressorShift = 8, kInstrumentShift = 16, kZeroShift = 32;

std::size_t row_words(std::uint64_t type) {
  return type == kMark ? kMarkWords : type == kTrade ? kTradeWords : type == kBook ? kBookWords : 0;
}

std::uint64_t word_of(std::int64_t count) {
  return std::bit_cast<std::uint64_t>(count);
}
template <class T>
T value_of_word(std::uint64_t word) {
  return T::from_raw(std::bit_cast<std::int64_t>(word));
}

std::uint64_t head_word(std::uint64_t type, InstrumentId instrument, std::uint8_t aggressor = 0) {
  return type | std::uint64_t{aggressor} << kAggressorShift |
         std::uint64_t{std::to_underlying(instrument)} << kInstrumentShift;
}

void decode_row(std::span<const std::uint64_t> row, EventBody& body) {
  const auto instrument = static_cast<InstrumentId>(row[0] >> kInstrumentShift & 0xFFFF);
  switch (row[0] & 0xFF) {
    case kMark:
      body = MarkPrice{.instrument = instrument, .price = value_of_word<Price>(row[2])};
      return;
    case kTrade: {
      const auto count = std::bit_cast<std::int64_t>(row[3]);
      Maybe<Quantity> quantity;
      if (count != std::numeric_limits<std::int64_t>::min()) quantity = Quantity::from_raw(count);
      body = TradePrinted{.instrument = instrument,
                          .quantity = quantity,
                          .price = value_of_word<Price>(row[2]),
                          .aggressor = static_cast<std::uint8_t>(row[0] >> kAggressorShift)};
      return;
    }
    default:
      body = BookTop{.instrument = instrument,
                     .bid_price = value_of_word<Price>(row[2]),
                     .bid_quantity = value_of_word<Quantity>(row[3]),
                     .ask_price = value_of_word<Price>(row[4]),
                     .ask_quantity = value_of_word<Quantity>(row[5])};
  }
}

}  // namespace

bool is_market_row(const EventBody& body) {
  return std::holds_alternative<MarkPrice>(body) || std::holds_alternative<TradePrinted>(body) ||
         std::holds_alternative<BookTop>(body);
}

std::size_t encode_market_row(const Event& event, std::span<std::uint64_t> room) {
  const auto time = word_of(event.time.nanoseconds());
  if (const auto* mark = std::get_if<MarkPrice>(&event.body)) {
    if (room.size() < kMarkWords) return 0;
    room[0] = head_word(kMark, mark->instrument);
    room[1] = time;
    room[2] = word_of(mark->price.raw());
    return kMarkWords;
  }
  if (const auto* trade = std::get_if<TradePrinted>(&event.body)) {
    if (room.size() < kTradeWords) return 0;
    room[0] = head_word(kTrade, trade->instrument, trade->aggressor);
    room[1] = time;
    room[2] = word_of(trade->price.raw());
    room[3] = word_of(trade->quantity ? (*trade->quantity).raw()
                                      : std::numeric_limits<std::int64_t>::min());
    return kTradeWords;
  }
  const auto* book = std::get_if<BookTop>(&event.body);
  ENSURE(book != nullptr);
  if (room.size() < kBookWords) return 0;
  room[0] = head_word(kBook, book->instrument);
  room[1] = time;
  room[2] = word_of(book->bid_price.raw());
  room[3] = word_of(book->bid_quantity.raw());
  room[4] = word_of(book->ask_price.raw());
  room[5] = word_of(book->ask_quantity.raw());
  return kBookWords;
}

DecodeResult decode_market_rows(std::span<const std::uint64_t> words, std::size_t count,
                                Sequence first, std::vector<Event>& out) {
  for (std::size_t n = 0; n < count; ++n) {
    if (words.empty()) return DecodeResult::Malformed;
    const std::size_t size = row_words(words[0] & 0xFF);
    const std::uint64_t aggressor = words[0] >> kAggressorShift & 0xFF;
    if (size == 0 || words[0] >> kZeroShift != 0 || aggressor > 2) return DecodeResult::Unknown;
    if (words.size() < size) return DecodeResult::Malformed;
    Event& event = out.emplace_back();
    event.sequence = Sequence{number(first) + n};
    event.time = Timestamp::from_nanoseconds(std::bit_cast<std::int64_t>(words[1]));
    decode_row(words.first(size), event.body);
    words = words.subspan(size);
  }
  return words.empty() ? DecodeResult::Fine : DecodeResult::Malformed;
}

}  // namespace tranchet
