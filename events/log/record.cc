#include "events/log/record.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "events/ensure.h"
#include "events/log/crc32c.h"
#include "events/log/event_log.h"
#include "events/log/market_rows.h"

namespace tranchet {
namespace {

constexpr std::uint16_t kMagic = 0x5254;  // "TR".
constexpr std::uint8_t kHeaderVersion = 1;
constexpr std::uint8_t kSingleEvent = 1, kMarketRows = 2;
constexpr std::size_t kHeaderWords = kRecordHeaderBytes / 8;
constexpr std::size_t kPayloadWordsMax = kRecordBytesMax / 8 - kHeaderWords;

struct Header {
  std::uint16_t magic = kMagic;
  std::uint8_t version = kHeaderVersion;
  std::uint8_t kind = 0;
  std::uint32_t checksum = 0;
  std::uint64_t first = 0;
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;
  std::uint16_t count = 0;
  std::uint16_t payload_bytes = 0;
  std::uint16_t schema = kSchemaVersion;
  std::uint16_t zero = 0;
};
static_assert(sizeof(Header) == kRecordHeaderBytes);
std::optional<RecordFlaw> decode_single(const Header& header, std::span<const std::uint64_t> words,
                                        std::vector<Event>& out) {
  if (header.count != 1 || header.first_time != header.last_time) return RecordFlaw::Malformed;
  Event& event = out.emplace_back();
  event.sequence = Sequence{header.first};
  event.time = Timestamp::from_nanoseconds(header.first_time);
  const DecodeResult result = decode_body(words, event.body);
  if (result == DecodeResult::Fine) return std::nullopt;
  out.pop_back();
  return result == DecodeResult::Unknown ? RecordFlaw::Unknown : RecordFlaw::Malformed;
}

std::optional<RecordFlaw> decode_payload(const Header& header, std::span<const std::uint64_t> words,
                                         std::vector<Event>& out) {
  if (header.kind == kSingleEvent) return decode_single(header, words, out);
  if (header.kind != kMarketRows) return RecordFlaw::Unknown;
  const std::size_t before = out.size();
  const DecodeResult result = decode_market_rows(words, header.count, Sequence{header.first}, out);
  const bool times_agree = out.size() > before &&
                           out[before].time.nanoseconds() == header.first_time &&
                           out.back().time.nanoseconds() == header.last_time;
  if (result == DecodeResult::Fine && times_agree) return std::nullopt;
  out.resize(before);
  return result == DecodeResult::Unknown ? RecordFlaw::Unknown : RecordFlaw::Malformed;
}

}  // namespace

std::span<const RecordEncoder::Record> RecordEncoder::encode(std::span<const Event> events) {
  words_.clear();
  places_.clear();
  records_.clear();
  for (std::size_t at = 0; at < events.size();) {
    const bool is_run = at + 1 < events.size() && is_market_row(events[at].body) &&
                        is_market_row(events[at + 1].body);
    if (is_run) {
      at += encode_rows(events.subspan(at));
    } else {
      encode_single(events[at]);
      ++at;
    }
  }
  // Only now: the words no longer move.
  const std::span<const std::byte> all = bytes();
  for (const Place& place : places_) {
    records_.push_back({place.first, all.subspan(place.word * 8, place.words * 8)});
  }
  return records_;
}

void RecordEncoder::encode_single(const Event& event) {
  const std::size_t start = words_.size();
  words_.resize(start + kHeaderWords);
  const std::span<const std::uint64_t> body = body_encoder_.encode(event.body);
  words_.insert(words_.end(), body.begin(), body.end());
  close_record(start, {&event, 1}, kSingleEvent);
}

// As many of the leading market events as one record holds; how many they were.
std::size_t RecordEncoder::encode_rows(std::span<const Event> events) {
  const std::size_t start = words_.size();
  words_.resize(start + kHeaderWords + kPayloadWordsMax);
  std::span<std::uint64_t> room = std::span(words_).subspan(start + kHeaderWords);
  std::size_t count = 0;
  while (count < events.size() && is_market_row(events[count].body)) {
    const std::size_t used = encode_market_row(events[count], room);
    if (used == 0) break;
    room = room.subspan(used);
    ++count;
  }
  words_.resize(words_.size() - room.size());
  close_record(start, events.first(count), kMarketRows);
  return count;
}

void RecordEncoder::close_record(std::size_t start, std::span<const Event> events,
                                 std::uint8_t kind) {
  const std::size_t words = words_.size() - start;
  ENSURE(words * 8 <= kRecordBytesMax && !events.empty());
  // The header, in whole words: the checksum, which reads words, would wait for anything narrower.
  std::uint64_t* const record = words_.data() + start;
  record[0] = kMagic | std::uint64_t{kHeaderVersion} << 16 | std::uint64_t{kind} << 24;
  record[1] = number(events.front().sequence);
  record[2] = std::bit_cast<std::uint64_t>(events.front().time.nanoseconds());
  record[3] = std::bit_cast<std::uint64_t>(events.back().time.nanoseconds());
  record[4] =
      events.size() | (words - kHeaderWords) * 8 << 16 | std::uint64_t{kSchemaVersion} << 32;
  const std::span<const std::uint64_t> whole(record, words);
  record[0] |= std::uint64_t{record_checksum(std::as_bytes(whole))} << 32;
  places_.push_back({events.front().sequence, start, words});
}

std::uint32_t record_checksum(std::span<const std::byte> record) {
  std::uint64_t first = 0;
  std::memcpy(&first, record.data(), sizeof first);
  first &= 0xFFFF'FFFF;
  return crc32c(record.subspan(sizeof first), crc32c(std::as_bytes(std::span(&first, 1))));
}

std::optional<RecordFlaw> decode_record(std::span<const std::byte> bytes, std::vector<Event>& out) {
  if (bytes.size() <= kRecordHeaderBytes || bytes.size() > kRecordBytesMax ||
      bytes.size() % 8 != 0) {
    return RecordFlaw::BadChecksum;
  }
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMagic || header.checksum != record_checksum(bytes)) {
    return RecordFlaw::BadChecksum;
  }
  if (header.version != kHeaderVersion || header.schema > kSchemaVersion) {
    return RecordFlaw::Unknown;
  }
  const std::span<const std::byte> payload = bytes.subspan(kRecordHeaderBytes);
  if (header.payload_bytes != payload.size() || header.first == 0 || header.count == 0 ||
      header.zero != 0) {
    return RecordFlaw::Malformed;
  }
  // Records lie on words in every file that LMDB wrote; a damaged page may say otherwise.
  std::uint64_t aligned[kPayloadWordsMax];
  const bool in_place = std::bit_cast<std::uintptr_t>(payload.data()) % alignof(std::uint64_t) == 0;
  const auto* words = reinterpret_cast<const std::uint64_t*>(payload.data());
  if (!in_place) {
    std::memcpy(aligned, payload.data(), payload.size());
    words = aligned;
  }
  return decode_payload(header, {words, payload.size() / 8}, out);
}

}  // namespace tranchet
