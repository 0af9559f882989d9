// The binary data stream: frames made here byte by byte, frames that are wrong in every way there
// is, and those that were recorded of the published client.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "adapters/fyers/data_frames.h"
#include "adapters/fyers/data_requests.h"
#include "tests/adapters/fyers/allocations.h"
#include "tests/adapters/fyers/frame_bytes.h"
#include "tests/support/market_history.h"

namespace tranchet::fyers {
namespace {

using namespace literals;

constexpr std::string_view kState = "sf|nse_cm|3045";
constexpr std::string_view kOther = "sf|nse_cm|1594";
constexpr std::string_view kNifty = "if|nse_cm|Nifty 50";
constexpr std::string_view kBook = "dp|nse_cm|3045";
constexpr InstrumentId kBank{1}, kTech{2}, kIndex{3};

class Frames : public testing::Test {
 protected:
  Frames() {
    EXPECT_TRUE(frames_.want(kState, kBank));
    EXPECT_TRUE(frames_.want(kOther, kTech));
    EXPECT_TRUE(frames_.want(kNifty, kIndex));
    EXPECT_TRUE(frames_.want(kBook, kBank));
    frames_.connected();
  }
  FrameRead read(std::string_view bytes) { return frames_.read(bytes, updates_); }
  // A frame of these items, right by its count.
  FrameRead items(const std::vector<std::string>& list) {
    std::string text;
    for (const std::string& item : list) text += item;
    return read(data_frame(1, static_cast<std::uint16_t>(list.size()), text));
  }
  std::uint64_t flaws(FrameFlaw flaw) const { return frames_.flaws(flaw); }

  DataFrames frames_;
  std::vector<DataUpdate> updates_;
};

TEST_F(Frames, ASnapshotThenChangesThenThePriceAlone) {
  EXPECT_TRUE(items({snapshot_item(2, kState, {60'640, 3'045'212, 1'690'953'622})}).ok);
  ASSERT_EQ(updates_.size(), 1U);
  EXPECT_EQ(updates_[0].kind, UpdateKind::Snapshot);
  const Topic& topic = *updates_[0].topic;
  EXPECT_EQ(topic.instrument(), kBank);
  EXPECT_EQ(topic.symbol(), "NAME-EQ");
  EXPECT_EQ(topic.price(ScripField::LastPrice), Maybe<Price>(606.4_px));
  EXPECT_EQ(topic.quantity(ScripField::VolumeToday), Maybe<Quantity>(3'045'212_qty));
  EXPECT_EQ(to_text(*topic.time(ScripField::LastTradeTime)), "2023-08-02T05:20:22Z");
  EXPECT_FALSE(topic.price(ScripField::BidPrice).has_value());

  EXPECT_TRUE(items({update_item(2, {60'655, kSame, 1'690'953'623})}).ok);
  EXPECT_EQ(updates_.at(0).told, 0b101U);
  EXPECT_EQ(updates_[0].changed, 0b101U);
  EXPECT_EQ(updates_[0].last_price, Maybe<Price>(606.55_px));
  EXPECT_EQ(topic.quantity(ScripField::VolumeToday), Maybe<Quantity>(3'045'212_qty));

  EXPECT_TRUE(items({lite_item(2, 60'655)}).ok);
  EXPECT_EQ(updates_.at(0).told, 0b1U);
  EXPECT_EQ(updates_[0].changed, 0U);
  EXPECT_EQ(updates_[0].last_price, Maybe<Price>(606.55_px));
  EXPECT_EQ(frames_.flaws(), 0U);
}

TEST_F(Frames, TwoPricesOfOneTopicInAFrameAreBothTold) {
  items({snapshot_item(1, kState, {100}), lite_item(1, 200), update_item(1, {300})});
  ASSERT_EQ(updates_.size(), 3U);
  EXPECT_EQ(updates_[0].last_price, Maybe<Price>(1_px));
  EXPECT_EQ(updates_[1].last_price, Maybe<Price>(2_px));
  EXPECT_EQ(updates_[2].last_price, Maybe<Price>(3_px));
}

TEST_F(Frames, APriceThatIsNotAboveZeroIsNone) {
  items({snapshot_item(1, kState, {0, 0, 0, 0, 0, 0, -5, 7})});
  const Topic& topic = *updates_.at(0).topic;
  EXPECT_FALSE(updates_[0].last_price.has_value());
  EXPECT_FALSE(topic.price(ScripField::BidPrice).has_value());
  EXPECT_EQ(topic.price(ScripField::AskPrice), Maybe<Price>(0.07_px));
  EXPECT_EQ(topic.quantity(ScripField::BidSize), Maybe<Quantity>(0_qty));
}

struct ScaleRow {
  std::int64_t raw;
  Scale scale;
  std::int64_t counts;  // Of 1e-8.
  bool is_exact;
};

TEST_F(Frames, PricesAreRawThroughTenToThePrecisionTimesMultiplier) {
  for (const ScaleRow& row : std::vector<ScaleRow>{
           {60'640, {1, 2}, 60'640'000'000, true},
           {834'525, {1, 4}, 8'345'250'000, true},    // Currency futures: 83.4525.
           {834'525, {100, 2}, 8'345'250'000, true},  // The same by the multiplier.
           {2'147'483'647, {1, 0}, 214'748'364'700'000'000, true},
           {1, {1, 8}, 1, true},
           {15, {1, 9}, 2, false},  // 1.5 counts: away from zero.
           {14, {1, 9}, 1, false},
           {10, {1, 9}, 1, true},
           {1, {3, 0}, 33'333'333, false},
           {2, {3, 0}, 66'666'667, false},
           {3, {3, 0}, 100'000'000, true}}) {
    DataFrames frames;
    frames.want(kState, kBank);
    std::vector<DataUpdate> updates;
    frames.read(data_frame(1, 1, snapshot_item(1, kState, {row.raw}, row.scale)), updates);
    ASSERT_EQ(updates.size(), 1U);
    EXPECT_EQ(updates[0].last_price, Maybe<Price>(Price::from_raw(row.counts))) << row.raw;
    EXPECT_EQ(frames.flaws(FrameFlaw::InexactPrice), row.is_exact ? 0U : 1U) << row.raw;
  }
}

TEST_F(Frames, AScaleThatCannotBeMeansNoPrice) {
  items({snapshot_item(1, kState, {100, 5}, {0, 2})});
  EXPECT_EQ(flaws(FrameFlaw::BadScale), 1U);
  EXPECT_FALSE(updates_.at(0).last_price.has_value());
  EXPECT_EQ(updates_[0].topic->quantity(ScripField::VolumeToday), Maybe<Quantity>(5_qty));
  items({snapshot_item(1, kState, {100}, {1, 19}), snapshot_item(1, kState, {100}, {65'535, 18})});
  EXPECT_EQ(flaws(FrameFlaw::BadScale), 3U);
}

TEST_F(Frames, IndexAndDepth) {
  items({snapshot_item(7, kNifty, {2'618'810, 2'621'605, 1'727'428'424}),
         snapshot_item(8, kBook, {60'625, 60'620, 0, 0, 0, 60'630, 0, 0, 0, 0, 20, 902})});
  EXPECT_TRUE(frames_.flaws() == 0 && updates_.size() == 2);
  EXPECT_EQ(updates_[0].topic->kind(), TopicKind::Index);
  EXPECT_EQ(updates_[0].last_price, Maybe<Price>(26'188.1_px));
  EXPECT_EQ(updates_[0].topic->price(IndexField::PreviousClose), Maybe<Price>(26'216.05_px));
  const Topic& depth = *updates_[1].topic;
  EXPECT_FALSE(updates_[1].last_price.has_value());
  EXPECT_EQ(depth.price(DepthField::BidPrice, 1), Maybe<Price>(606.2_px));
  EXPECT_EQ(depth.price(DepthField::AskPrice, 0), Maybe<Price>(606.3_px));
  EXPECT_EQ(depth.quantity(DepthField::BidSize, 1), Maybe<Quantity>(902_qty));
}

// ---- What can be wrong.

TEST_F(Frames, CutAnywhereGivesTheItemsBeforeTheCut) {
  const std::string items = snapshot_item(1, kState, {100, 1}) + update_item(1, {200}) +
                            lite_item(1, 300) + snapshot_item(2, kOther, {400});
  const std::string whole = data_frame(9, 4, items);
  const std::vector<std::size_t> ends = {
      9 + snapshot_item(1, kState, {100, 1}).size(),
      9 + (snapshot_item(1, kState, {100, 1}) + update_item(1, {200})).size(),
      9 + (snapshot_item(1, kState, {100, 1}) + update_item(1, {200}) + lite_item(1, 300)).size(),
      whole.size()};
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    DataFrames frames;
    frames.want(kState, kBank);
    frames.want(kOther, kTech);
    const FrameRead read = frames.read(std::string_view(whole).substr(0, size), updates_);
    std::size_t expected = 0;
    while (expected < ends.size() && ends[expected] <= size) ++expected;
    EXPECT_EQ(updates_.size(), expected) << size;
    EXPECT_EQ(read.ok, size == whole.size()) << size;
    EXPECT_EQ(frames.flaws(), size == whole.size() ? 0U : 1U) << size;
    // What it read is what it would have read of the whole.
    const Topic& topic = *frames.find(kState);
    EXPECT_EQ(topic.raw(0).value_or(0), expected == 0   ? 0
                                        : expected == 1 ? 100
                                        : expected == 2 ? 200
                                                        : 300);
  }
}

TEST_F(Frames, ATopicIdThatWasNeverAnnouncedHidesNoOther) {
  items({update_item(9, {5, 6}), lite_item(8, 7), snapshot_item(1, kState, {100})});
  EXPECT_EQ(flaws(FrameFlaw::NeverAnnounced), 2U);
  ASSERT_EQ(updates_.size(), 1U);
  EXPECT_EQ(updates_[0].last_price, Maybe<Price>(1_px));
}

TEST_F(Frames, ATopicThatNobodyAskedForIsPassedOver) {
  items({snapshot_item(3, "sf|nse_cm|9999", {55}), update_item(3, {56}),
         snapshot_item(1, kState, {100})});
  EXPECT_EQ(flaws(FrameFlaw::NotAsked), 1U);
  EXPECT_EQ(flaws(FrameFlaw::NeverAnnounced), 1U);
  EXPECT_EQ(updates_.size(), 1U);
}

TEST_F(Frames, AnIdThatIsGivenToAnotherTopicBelongsToThatOne) {
  items({snapshot_item(1, kState, {100}), snapshot_item(1, kOther, {200}), update_item(1, {201})});
  EXPECT_EQ(flaws(FrameFlaw::IdReused), 1U);
  EXPECT_FALSE(frames_.find(kState)->raw(0).has_value());
  EXPECT_EQ(frames_.find(kOther)->raw(0), 201);
  // Even where nobody wants the other one: its prices must not become ours.
  items({snapshot_item(1, "sf|nse_cm|9999", {55}), update_item(1, {999})});
  EXPECT_EQ(flaws(FrameFlaw::IdReused), 2U);
  EXPECT_TRUE(updates_.empty());
  EXPECT_FALSE(frames_.find(kOther)->raw(0).has_value());
}

TEST_F(Frames, ATopicThatGetsAnotherIdLeavesTheOldOne) {
  items({snapshot_item(1, kState, {100}), snapshot_item(5, kState, {101})});
  EXPECT_EQ(frames_.flaws(), 0U);
  items({update_item(1, {102})});
  EXPECT_EQ(flaws(FrameFlaw::NeverAnnounced), 1U);
  items({update_item(5, {103})});
  EXPECT_EQ(frames_.find(kState)->raw(0), 103);
}

TEST_F(Frames, MoreFieldsThanAreKnownAndNone) {
  std::vector<std::int64_t> many(40, 5);
  many[20] = 62'020;
  items({snapshot_item(1, kState, many), update_item(1, {}), lite_item(1, 6)});
  EXPECT_EQ(flaws(FrameFlaw::MoreFields), 1U);
  EXPECT_EQ(flaws(FrameFlaw::NoFields), 1U);
  ASSERT_EQ(updates_.size(), 3U);
  EXPECT_EQ(updates_[2].topic->price(ScripField::PreviousClose), Maybe<Price>(620.2_px));
  EXPECT_FALSE(updates_[2].topic->raw(21).has_value());
}

TEST_F(Frames, ACountThatLies) {
  read(data_frame(1, 3, snapshot_item(1, kState, {100})));
  EXPECT_EQ(updates_.size(), 1U);
  EXPECT_EQ(flaws(FrameFlaw::CountTooHigh), 1U);
  read(data_frame(1, 1, lite_item(1, 101) + lite_item(1, 102)));
  EXPECT_EQ(updates_.size(), 1U);
  EXPECT_EQ(flaws(FrameFlaw::CountTooLow), 1U);
  EXPECT_FALSE(read(data_frame(1, 0, "x")).ok);
}

TEST_F(Frames, WhatIsUnknownEndsAFrameAndNotTheNext) {
  EXPECT_FALSE(items({snapshot_item(1, kState, {100}), "Q12345", lite_item(1, 101)}).ok);
  EXPECT_EQ(flaws(FrameFlaw::UnknownItem), 1U);
  EXPECT_EQ(updates_.size(), 1U);
  EXPECT_EQ(read(framed("\x63zzz")).kind, FrameKind::None);
  EXPECT_EQ(flaws(FrameFlaw::UnknownFrame), 1U);
  EXPECT_EQ(read(framed("\x02zzz")).kind, FrameKind::Other);
  items({snapshot_item(4, kBook, {1}), lite_item(4, 9)});
  EXPECT_EQ(flaws(FrameFlaw::LiteOfDepth), 1U);
  EXPECT_EQ(frames_.find(kBook)->raw(0), 1);
  EXPECT_TRUE(items({lite_item(1, 102)}).ok);
}

TEST_F(Frames, ANewConnectionForgetsIdsAndValues) {
  items({snapshot_item(1, kState, {100})});
  EXPECT_TRUE(read(connect_answer(3)).ok);
  items({update_item(1, {101})});
  EXPECT_EQ(flaws(FrameFlaw::NeverAnnounced), 1U);
  EXPECT_FALSE(frames_.find(kState)->raw(0).has_value());
}

TEST_F(Frames, EveryNthDataFrameIsAcknowledged) {
  read(connect_answer(3));
  std::vector<std::uint32_t> acknowledged;
  for (std::uint32_t message = 11; message <= 17; ++message) {
    const FrameRead result = read(data_frame(message, 0, ""));
    if (result.acknowledge) acknowledged.push_back(*result.acknowledge);
  }
  EXPECT_EQ(acknowledged, (std::vector<std::uint32_t>{13, 16}));
}

TEST_F(Frames, ControlFramesSayYesOrNo) {
  const FrameRead refused = read(framed(std::string("\x01\x01\x01\x00\x01N", 6)));
  EXPECT_TRUE(refused.kind == FrameKind::Connect && !refused.ok);
  EXPECT_EQ(frames_.flaws(), 0U);
  const FrameRead silent = read(framed(std::string("\x04\x00", 2)));
  EXPECT_TRUE(silent.kind == FrameKind::Subscribe && !silent.ok);
  EXPECT_EQ(flaws(FrameFlaw::BadControl), 1U);
  EXPECT_FALSE(read(framed(std::string("\x04\x01\x01\x00\x05K", 6))).ok);
  EXPECT_EQ(flaws(FrameFlaw::Truncated), 1U);
}

TEST_F(Frames, NothingIsAllocatedOnceEverythingIsAnnounced) {
  items({snapshot_item(1, kState, {100}), snapshot_item(2, kOther, {100}),
         snapshot_item(3, kNifty, {100})});
  std::string many;
  for (std::int64_t round = 0; round < 50; ++round) {
    many += update_item(1, {100 + round, round}) + lite_item(2, round + 1);
  }
  const std::string frame = data_frame(2, 100, many);
  const std::string again =
      data_frame(3, 1, snapshot_item(1, kState, {100, 1, 2, 3, 4, 5, 6, 7, 8}));
  read(frame);
  const std::size_t before = allocations();
  for (int round = 0; round < 10; ++round) {
    read(frame);
    read(again);
  }
  EXPECT_EQ(allocations(), before);
  read(frame);
  EXPECT_EQ(updates_.size(), 100U);
  EXPECT_EQ(frames_.flaws(), 0U);
}

TEST_F(Frames, OnlyTopicsOfTheThreeKindsCanBeWanted) {
  EXPECT_FALSE(frames_.want("xx|nse_cm|1", kBank));
  EXPECT_FALSE(frames_.want("sf|", kBank));
  EXPECT_FALSE(frames_.want("sf|" + std::string(300, '1'), kBank));
  items({snapshot_item(1, kState, {100})});
  frames_.no_longer_want(kState);
  items({update_item(1, {101})});
  EXPECT_EQ(flaws(FrameFlaw::NeverAnnounced), 1U);
  EXPECT_EQ(frames_.find(kState), nullptr);
}

// ---- What is sent.

std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (!text.empty()) text += ' ';
    text += "0123456789abcdef"[value >> 4];
    text += "0123456789abcdef"[value & 15];
  }
  return text;
}

TEST(DataRequests, AreThePublishedClientsFrames) {
  EXPECT_EQ(hex_of(connect_frame("a352f17b92dbe58582386", "JS_API").reveal()),
            "00 2b 01 04 01 00 15 61 33 35 32 66 31 37 62 39 32 64 62 65 35 38 35 38 32 33 38 36 "
            "02 00 01 50 03 00 01 01 04 00 06 4a 53 5f 41 50 49");
  EXPECT_EQ(hex_of(acknowledge_frame(6)), "00 09 03 01 01 00 04 00 00 00 06");
  const std::vector<std::string> topics = {"sf|nse_cm|3045"};
  EXPECT_EQ(hex_of(subscribe_frames(topics).at(0)),
            "00 1a 04 02 01 00 11 00 01 0e 73 66 7c 6e 73 65 5f 63 6d 7c 33 30 34 35 02 00 01 0b");
  EXPECT_EQ(hex_of(unsubscribe_frames(topics).at(0)),
            "00 1a 05 02 01 00 11 00 01 0e 73 66 7c 6e 73 65 5f 63 6d 7c 33 30 34 35 02 00 01 0b");
  EXPECT_EQ(hex_of(pause_frame(0x7FFF'F7FE)), "00 0d 07 01 01 00 08 00 00 00 00 7f ff f7 fe");
  EXPECT_EQ(hex_of(resume_frame(0x800)), "00 0d 08 01 01 00 08 00 00 00 00 00 00 08 00");
  EXPECT_EQ(hex_of(mode_frame(0x800, true)),
            "00 11 0c 02 01 00 08 00 00 00 00 00 00 08 00 02 00 01 4c");
  EXPECT_EQ(hex_of(ping_frame()), "00 01 0b");
}

TEST(DataRequests, ManyTopicsAreSeveralFrames) {
  EXPECT_TRUE(subscribe_frames({}).empty());
  const std::vector<std::string> many(3'001, "sf|nse_cm|3045");
  EXPECT_EQ(subscribe_frames(many).size(), 3U);
  const std::vector<std::string> longest(1'000, "if|nse_cm|" + std::string(240, 'x'));
  const auto frames = subscribe_frames(longest);
  std::size_t topics = 0;
  for (const std::string& frame : frames) {
    EXPECT_LT(frame.size(), 65'536U);
    topics += static_cast<unsigned char>(frame[7]) * 256U + static_cast<unsigned char>(frame[8]);
  }
  EXPECT_EQ(topics, 1'000U);
}

TEST(DataRequests, TopicsOfSymbols) {
  EXPECT_EQ(topic_name("NSE:SBIN-EQ", "10100000003045"), "sf|nse_cm|3045");
  EXPECT_EQ(topic_name("NSE:SBIN-EQ", "10100000003045", TopicKind::Depth), "dp|nse_cm|3045");
  EXPECT_EQ(topic_name("NSE:NIFTY50-INDEX", "101000000026000"), "if|nse_cm|Nifty 50");
  EXPECT_EQ(topic_name("NSE:NIFTYIT-INDEX", "101000000026008"), "if|nse_cm|NIFTYIT");
  EXPECT_EQ(topic_name("NSE:ABCAPITAL23JUL190CE", "101123072754619"), "sf|nse_fo|54619");
  EXPECT_EQ(topic_name("MCX:SILVERMIC20AUGFUT", "1120200831217406"), "sf|mcx_fo|217406");
  EXPECT_EQ(topic_name("NSE:X-EQ", "99990000003045").error(),
            "NSE:X-EQ, token \"99990000003045\": is of no known exchange and segment");
  EXPECT_FALSE(topic_name("NSE:X-EQ", "1010").has_value());
  EXPECT_FALSE(topic_name("NSE:X-EQ", "1010000000304x").has_value());
  EXPECT_FALSE(topic_name("NSE:NIFTY50-INDEX", "101000000026000", TopicKind::Depth).has_value());
}

// ---- The recorded ones, beside the market data; a frame a file, in hexadecimal digits.

class Samples : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = venue_samples("fyers-samples/hsm");
    if (!std::filesystem::exists(folder_ / "s2c_06_snapshot_sf.hex")) {
      GTEST_SKIP() << "no samples in " << folder_ << "; set TRANCHET_MARKET_DATA";
    }
    frames_.want(kState, kBank);
    frames_.want(kNifty, kIndex);
    frames_.want(kBook, kBank);
  }
  std::string bytes(const std::string& name) const {
    std::ifstream in(folder_ / (name + ".hex"));
    std::string result;
    for (int byte = 0; in >> std::hex >> byte;) result += static_cast<char>(byte);
    EXPECT_FALSE(result.empty()) << name;
    return result;
  }
  FrameRead read(const std::string& name) { return frames_.read(bytes(name), updates_); }

  std::filesystem::path folder_;
  DataFrames frames_;
  std::vector<DataUpdate> updates_;
};

TEST_F(Samples, ASessionAsItWasRecorded) {
  EXPECT_TRUE(read("s2c_01_auth_ok").ok);
  for (const auto& [name, kind] :
       std::vector<std::pair<std::string, FrameKind>>{{"s2c_04_subscribe_ok", FrameKind::Subscribe},
                                                      {"s2c_07_ok", FrameKind::Pause},
                                                      {"s2c_08_ok", FrameKind::Resume},
                                                      {"s2c_0c_mode_ok", FrameKind::Mode}}) {
    const FrameRead result = read(name);
    EXPECT_TRUE(result.ok && result.kind == kind) << name;
  }
  // Every third data frame is acknowledged; they are numbered 1 to 8.
  EXPECT_FALSE(read("s2c_06_snapshot_if").acknowledge.has_value());
  const Topic& index = *updates_.at(0).topic;
  EXPECT_EQ(index.symbol(), "Nifty 50");
  EXPECT_EQ(index.price(IndexField::PreviousClose), Maybe<Price>(26'216.05_px));
  EXPECT_EQ(index.price(IndexField::HighPrice), Maybe<Price>(26'277.35_px));
  EXPECT_EQ(index.price(IndexField::OpenPrice), Maybe<Price>(26'248.25_px));
  read("s2c_06_update_if");
  EXPECT_EQ(updates_.at(0).changed, 0b101U);
  EXPECT_EQ(read("s2c_06_lite_if").acknowledge, 3U);

  read("s2c_06_snapshot_sf");
  const Topic& state = *updates_.at(0).topic;
  EXPECT_EQ(state.symbol(), "SBIN-EQ");
  EXPECT_EQ(updates_[0].last_price, Maybe<Price>(606.4_px));
  EXPECT_EQ(state.price(ScripField::BidPrice), Maybe<Price>(606.4_px));
  EXPECT_EQ(state.price(ScripField::AskPrice), Maybe<Price>(606.45_px));
  EXPECT_EQ(state.quantity(ScripField::BidSize), Maybe<Quantity>(2'081_qty));
  EXPECT_EQ(state.price(ScripField::AveragePrice), Maybe<Price>(608.2_px));
  EXPECT_EQ(state.price(ScripField::PreviousClose), Maybe<Price>(620.2_px));
  EXPECT_EQ(state.quantity(ScripField::TotalSellQuantity), Maybe<Quantity>(1'092'063_qty));
  read("s2c_06_update_sf");
  EXPECT_EQ(updates_.at(0).told, 0b111U);
  EXPECT_EQ(updates_[0].last_price, Maybe<Price>(606.55_px));
  EXPECT_EQ(state.price(ScripField::AskPrice), Maybe<Price>(606.45_px));
  EXPECT_EQ(read("s2c_06_lite_sf").acknowledge, 6U);
  EXPECT_EQ(updates_.at(0).last_price, Maybe<Price>(606.6_px));

  read("s2c_06_snapshot_dp");
  const Topic& book = *updates_.at(0).topic;
  EXPECT_EQ(book.price(DepthField::BidPrice, 0), Maybe<Price>(606.25_px));
  EXPECT_EQ(book.price(DepthField::AskPrice, 4), Maybe<Price>(606.5_px));
  EXPECT_EQ(book.quantity(DepthField::AskOrders, 4), Maybe<Quantity>(17_qty));
  read("s2c_06_update_dp");
  EXPECT_EQ(book.price(DepthField::BidPrice, 0), Maybe<Price>(606.3_px));
  EXPECT_EQ(frames_.flaws(), 0U);
  EXPECT_EQ(frames_.frames(), 13U);
}

TEST_F(Samples, WhatIsSentIsWhatTheClientSent) {
  const auto topic = [](std::string name) { return std::vector<std::string>{std::move(name)}; };
  EXPECT_EQ(connect_frame("a352f17b92dbe58582386", "JS_API").reveal(), bytes("c2s_01_auth"));
  EXPECT_EQ(acknowledge_frame(6), bytes("c2s_03_ack"));
  EXPECT_EQ(subscribe_frames(topic("sf|nse_cm|3045")).at(0), bytes("c2s_04_subscribe_sf"));
  EXPECT_EQ(subscribe_frames(topic("if|nse_cm|Nifty 50")).at(0), bytes("c2s_04_subscribe_if"));
  EXPECT_EQ(subscribe_frames(topic("dp|nse_cm|3045")).at(0), bytes("c2s_04_subscribe_dp"));
  EXPECT_EQ(unsubscribe_frames(topic("sf|nse_cm|3045")).at(0), bytes("c2s_05_unsubscribe"));
  EXPECT_EQ(pause_frame(0x7FFF'F7FE), bytes("c2s_07_pause"));
  EXPECT_EQ(resume_frame(0x800), bytes("c2s_08_resume"));
  EXPECT_EQ(mode_frame(0x800, true), bytes("c2s_0c_mode"));
}

}  // namespace
}  // namespace tranchet::fyers
