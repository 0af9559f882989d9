// Events to bytes and back, in both forms, for every alternative.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>

#include "events/event_check.h"
#include "events/log/crc32c.h"
#include "events/log/event_codec.h"
#include "events/log/json.h"
#include "events/log/market_rows.h"
#include "events/log/record.h"
#include "tests/support/generators.h"

namespace tranchet {
namespace {

using testing::EventMaker;
using testing::sample_names;

// Every bit of a body: what the codec writes of it.
std::vector<std::uint64_t> words_of(const EventBody& body) {
  BodyEncoder encoder;
  const auto words = encoder.encode(body);
  return {words.begin(), words.end()};
}

std::string json_of(const EventBody& body, const Names& names) {
  return event_json({.sequence = Sequence{7}, .time = Timestamp(), .body = body}, names);
}

EventBody random_body(std::size_t alternative, const Names& names) {
  EventMaker maker(
      [](std::uint64_t limit) {
        return limit <= 1 ? 0 : *rc::gen::inRange<std::uint64_t>(0, limit);
      },
      names);
  return maker.body(alternative);
}

RC_GTEST_PROP(Codec, EveryAlternativeComesBackFromCapnProto, ()) {
  const Names names = sample_names();
  const std::size_t alternative = *rc::gen::inRange<std::size_t>(0, kEventNames.size());
  const EventBody body = random_body(alternative, names);
  const std::vector<std::uint64_t> words = words_of(body);
  EventBody back;
  RC_ASSERT(decode_body(words, back) == DecodeResult::Fine);
  RC_ASSERT(back.index() == alternative);
  // The two forms know the fields independently: one that either forgot differs here.
  RC_ASSERT(json_of(back, names) == json_of(body, names));
  RC_ASSERT(words_of(back) == words);
}

RC_GTEST_PROP(Codec, EveryAlternativeComesBackFromJson, ()) {
  Names names = sample_names();
  const std::size_t alternative = *rc::gen::inRange<std::size_t>(0, kEventNames.size());
  const EventBody body = random_body(alternative, names);
  RC_ASSERT(flaw_in(body) == "");
  const std::string line = json_of(body, names);
  const auto parsed = parse_event_line(line, names);
  if (!parsed) RC_FAIL(parsed.error() + " in " + line);
  RC_ASSERT(parsed->sequence == Sequence{7});
  RC_ASSERT(parsed->bodies.size() == 1u);
  RC_ASSERT(words_of(parsed->bodies[0]) == words_of(body));
  RC_ASSERT(names.size() == sample_names().size());
  RC_ASSERT(names.instruments() == sample_names().instruments());
}

// The properties above draw an alternative at a time; here each has its turn often enough that no
// optional field stays out.
TEST(Codec, NoFieldOfAnyAlternativeIsForgotten) {
  Names names = sample_names();
  EventMaker maker(testing::seeded(2), names);
  for (std::size_t alternative = 0; alternative < kEventNames.size(); ++alternative) {
    for (int round = 0; round < 200; ++round) {
      const EventBody body = maker.body(alternative);
      const std::string json = json_of(body, names);
      EventBody back;
      ASSERT_EQ(decode_body(words_of(body), back), DecodeResult::Fine);
      ASSERT_EQ(json_of(back, names), json);
      const auto parsed = parse_event_line(json, names);
      ASSERT_TRUE(parsed.has_value()) << parsed.error() << " in " << json;
      ASSERT_EQ(words_of(parsed->bodies.at(0)), words_of(body)) << json;
    }
  }
}

TEST(Codec, EveryAlternativeIsGeneratedUnderItsOwnName) {
  const Names names = sample_names();
  EventMaker maker(testing::seeded(1), names);
  for (std::size_t alternative = 0; alternative < kEventNames.size(); ++alternative) {
    const EventBody body = maker.body(alternative);
    EXPECT_EQ(body.index(), alternative);
    EXPECT_NE(
        json_of(body, names).find("\"type\":\"" + std::string(kEventNames[alternative]) + "\""),
        std::string::npos);
  }
  EXPECT_EQ(kEventNames[EventBody(MarkPrice{}).index()], "MarkPrice");
  EXPECT_EQ(kEventNames[EventBody(OrderFilled{}).index()], "OrderFilled");
  EXPECT_EQ(kEventNames[EventBody(KillSwitch{}).index()], "KillSwitch");
}

TEST(Codec, NamesNoNumberOfANewerProgram) {
  std::vector<std::uint64_t> words = words_of(OrderRejected{.reason = RejectReason::Other});
  EventBody body;
  ASSERT_EQ(decode_body(words, body), DecodeResult::Fine);
  words.back() = 99;  // The reason, alone in the last word.
  EXPECT_EQ(decode_body(words, body), DecodeResult::Unknown);
  words = words_of(SnapshotEnded{});
  words[1] = 200;  // The alternative.
  EXPECT_EQ(decode_body(words, body), DecodeResult::Unknown);
  EXPECT_EQ(decode_body({}, body), DecodeResult::Malformed);
}

// ---- Records.

std::vector<Event> marks(std::size_t count) {
  std::vector<Event> events;
  for (std::size_t n = 1; n <= count; ++n) {
    events.push_back({.sequence = Sequence{n},
                      .time = Timestamp::from_nanoseconds(static_cast<std::int64_t>(n) * 1'000),
                      .body = MarkPrice{.instrument = InstrumentId{1},
                                        .price = Price::from_raw(static_cast<std::int64_t>(n))}});
  }
  return events;
}

std::vector<Event> decode_all(std::span<const RecordEncoder::Record> records) {
  std::vector<Event> events;
  for (const auto& record : records) {
    EXPECT_LE(record.bytes.size(), kRecordBytesMax);
    EXPECT_EQ(record.bytes.size() % 8, 0u);
    EXPECT_EQ(decode_record(record.bytes, events), std::nullopt);
  }
  return events;
}

TEST(Record, PacksRunsOfMarketEventsToTheBrim) {
  // 2,008 bytes less a header of 40 are 246 words: 82 marks of 3 words.
  RecordEncoder encoder;
  for (const std::size_t count : {1UL, 2UL, 81UL, 82UL, 83UL, 164UL, 165UL, 4'096UL}) {
    const std::vector<Event> events = marks(count);
    const auto records = encoder.encode(events);
    EXPECT_EQ(records.size(), (count + 81) / 82) << count;
    const std::vector<Event> back = decode_all(records);
    ASSERT_EQ(back.size(), count);
    for (std::size_t n = 0; n < count; ++n) {
      EXPECT_EQ(back[n].sequence, events[n].sequence);
      EXPECT_EQ(back[n].time, events[n].time);
      EXPECT_EQ(words_of(back[n].body), words_of(events[n].body));
    }
  }
}

TEST(Record, MixedEventsComeBackInOrder) {
  const Names names = sample_names();
  RecordEncoder encoder;
  const std::vector<Event> events = testing::sample_events(2'000, 3, names);
  const std::vector<Event> back = decode_all(encoder.encode(events));
  ASSERT_EQ(back.size(), events.size());
  for (std::size_t n = 0; n < events.size(); ++n) {
    EXPECT_EQ(event_json(back[n], names), event_json(events[n], names));
  }
}

TEST(Record, EveryFlippedBitIsFound) {
  const Names names = sample_names();
  RecordEncoder encoder;
  for (const auto& record : encoder.encode(testing::sample_events(40, 4, names))) {
    std::vector<std::byte> bytes(record.bytes.begin(), record.bytes.end());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      const auto mask = static_cast<std::byte>(1U << bit % 8);
      bytes[bit / 8] ^= mask;
      std::vector<Event> events;
      EXPECT_EQ(decode_record(bytes, events), RecordFlaw::BadChecksum) << bit;
      EXPECT_TRUE(events.empty());
      bytes[bit / 8] ^= mask;
    }
  }
}

// Bytes with a right checksum that no encoder made: refused, never believed.
TEST(Record, WrongContentUnderARightChecksumIsRefused) {
  RecordEncoder encoder;
  const std::span<const std::byte> whole = encoder.encode(marks(3))[0].bytes;
  const auto refused = [&](std::size_t at, unsigned value) {
    std::vector<std::byte> bytes(whole.begin(), whole.end());
    bytes[at] = static_cast<std::byte>(value);
    const std::uint32_t checksum = record_checksum(bytes);
    std::memcpy(bytes.data() + 4, &checksum, sizeof checksum);
    std::vector<Event> events;
    const auto flaw = decode_record(bytes, events);
    EXPECT_TRUE(events.empty() || !flaw);
    return flaw;
  };
  EXPECT_EQ(refused(2, 2), RecordFlaw::Unknown);  // Header version.
  EXPECT_EQ(refused(3, 9), RecordFlaw::Unknown);  // Kind.
  EXPECT_EQ(refused(36, kSchemaVersion + 1), RecordFlaw::Unknown);
  EXPECT_EQ(refused(32, 2), RecordFlaw::Malformed);  // Count: a row is left over.
  EXPECT_EQ(refused(32, 4), RecordFlaw::Malformed);  // Count: a row is missing.
  EXPECT_EQ(refused(16, 1), RecordFlaw::Malformed);  // Time of the first.
  EXPECT_EQ(refused(40, 7), RecordFlaw::Unknown);    // Alternative of the first row.
  EXPECT_EQ(refused(8, 5), std::nullopt);            // Only the log knows the sequence.
}

TEST(Crc32c, IsCastagnoliByProcessorAndByTable) {
  const std::string_view digits = "123456789";
  const auto bytes = std::as_bytes(std::span(digits));
  EXPECT_EQ(crc32c(bytes), 0xE306'9283u);
  EXPECT_EQ(crc32c_by_table(bytes), 0xE306'9283u);
  EXPECT_EQ(crc32c(bytes.subspan(4), crc32c(bytes.first(4))), 0xE306'9283u);
}

}  // namespace
}  // namespace tranchet
