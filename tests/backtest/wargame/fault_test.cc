#include "backtest/wargame/fault.h"

#include <gtest/gtest.h>

#include <set>

namespace tranchet {
namespace {

TEST(Fault, NamesComeBack) {
  std::set<std::string_view> names;
  FaultSet all;
  for (std::size_t number = 1; number <= kFaults; ++number) {
    const auto fault = static_cast<Fault>(number);
    const std::string_view name = name_of(fault);
    EXPECT_EQ(fault_named(name), fault) << name;
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), name.npos) << name;
    all.add(fault);
  }
  EXPECT_EQ(all.list().size(), kFaults);
  EXPECT_EQ(name_of(Fault::StreamCut), "stream_cut");
  EXPECT_EQ(name_of(Fault::ClockSkew), "clock_skew");
}

TEST(Fault, OtherNamesAreNone) {
  for (const char* name : {"", "none", "StreamCut", "stream_cut ", "stream-cut", "stream_cu"}) {
    EXPECT_EQ(fault_named(name), std::nullopt) << name;
  }
}

TEST(Fault, ASetIsWrittenInItsOrder) {
  FaultSet faults;
  EXPECT_EQ(to_text(faults), "none");
  faults.add(Fault::Kill);
  faults.add(Fault::StreamCut);
  EXPECT_EQ(to_text(faults), "stream_cut,kill");
  faults.remove(Fault::StreamCut);
  EXPECT_EQ(to_text(faults), "kill");
  EXPECT_FALSE(faults.has(Fault::StreamCut));
  faults.remove(Fault::Kill);
  EXPECT_TRUE(faults.empty());
}

}  // namespace
}  // namespace tranchet
