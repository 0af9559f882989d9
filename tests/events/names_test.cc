// Texts by number, symbols by number, trade ids as venues write them.
#include "events/names.h"

#include <gtest/gtest.h>

#include <string>

namespace tranchet {
namespace {

TEST(Names, GiveEachTextOneNumber) {
  Names names;
  const TextId a = names.intern("abc"), b = names.intern("def");
  EXPECT_NE(a, b);
  EXPECT_EQ(names.intern("abc"), a);
  EXPECT_EQ(names.text(a), "abc");
  EXPECT_EQ(names.text(b), "def");
  EXPECT_EQ(names.intern(""), TextId::None);
  EXPECT_EQ(names.text(TextId::None), "");
  EXPECT_EQ(names.size(), 2U);
}

TEST(Names, NumberSymbolsInOrderOfAppearance) {
  Names names;
  EXPECT_EQ(names.find_instrument("BTCUSDT"), InstrumentId::None);
  EXPECT_EQ(names.instrument("BTCUSDT"), InstrumentId{1});
  EXPECT_EQ(names.instrument("ETHUSDT"), InstrumentId{2});
  EXPECT_EQ(names.instrument("BTCUSDT"), InstrumentId{1});
  EXPECT_EQ(names.find_instrument("ETHUSDT"), InstrumentId{2});
  EXPECT_EQ(names.symbol(InstrumentId{2}), "ETHUSDT");
  EXPECT_EQ(names.symbol(InstrumentId::None), "");
  EXPECT_EQ(names.instruments(), 2U);
}

TEST(Names, KeepTradeIdsApart) {
  Names names;
  for (const char* text : {"0", "1", "42", "999999999999999999", "007", "a1b2", "-1", "1.5",
                           "123456789012345678901234"}) {
    const TradeId id = names.trade(text);
    EXPECT_NE(id, TradeId::None) << text;
    EXPECT_EQ(names.trade_text(id), text);
    EXPECT_EQ(names.trade(text), id) << text;
  }
  EXPECT_NE(names.trade("7"), names.trade("007"));
  EXPECT_NE(names.trade("0"), TradeId::None);
  EXPECT_EQ(names.trade_text(TradeId::None), "");
}

TEST(NamesDeathTest, ANumberNeverGivenStopsTheProgram) {
  Names names;
  EXPECT_DEATH(static_cast<void>(names.text(TextId{1})), "");
  EXPECT_DEATH(static_cast<void>(names.symbol(InstrumentId{1})), "");
}

}  // namespace
}  // namespace tranchet
