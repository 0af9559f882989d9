// The program itself: what it says and with which status it ends, for good and for bad input.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/adapters/cli/shell.h"

namespace tranchet {
namespace {

const std::string kHeader = "open_time,open,high,low,close,volume\n";

// Minute bars from 2026-01-01 on around 100, one price a line of text.
std::string bar(int minute, const std::string& open, const std::string& high,
                const std::string& low, const std::string& close) {
  const std::int64_t time = 1'767'225'600'000 + minute * 60'000LL;
  return std::to_string(time) + "," + open + "," + high + "," + low + "," + close + ",10\n";
}
std::string flat_bar(int minute, const std::string& price = "100.5") {
  return bar(minute, price, price, price, price);
}
std::string good_bars() {
  return kHeader + flat_bar(0) + flat_bar(1) + flat_bar(2);
}

class ProgramTest : public testing::Test {
 protected:
  Ran shell(const std::string& line) const { return run_shell(files_, line); }
  static std::string configuration() {
    return std::string(TRANCHET_SOURCE_DIR) + "/data/example.toml";
  }
  static std::string sample() { return std::string(TRANCHET_SOURCE_DIR) + "/data/sample.csv"; }
  static std::string backtest(const std::string& data, const std::string& more = "") {
    return "$T backtest --config " + configuration() + " --instrument DEMOUSDT --data " + data +
           " " + more;
  }
  // A run of the sample that trades, with its log in the folder `log`.
  void make_log() const {
    const Ran ran = shell(backtest(sample(), "--log log --json"));
    ASSERT_EQ(ran.status, 0) << ran.err;
  }
  void expect_refused(const Ran& ran, const std::vector<std::string>& said, int status = 2) const {
    EXPECT_EQ(ran.status, status) << ran.err;
    EXPECT_EQ(ran.out, "");
    for (const std::string& words : said) {
      EXPECT_NE(ran.err.find(words), std::string::npos) << words << "\n  in: " << ran.err;
    }
  }

  InputFolder files_;
};

// ---- Data that is bad.

TEST_F(ProgramTest, BadRowsNameFileLineAndValue) {
  struct Row {
    std::string name, line, said;
  };
  const std::string big(400, '9');
  for (const Row& row :
       {Row{"negative", bar(1, "-1", "100", "99", "100"), "open \"-1\" is not positive"},
        Row{"zero", bar(1, "0", "100", "99", "100"), "open \"0\" is not positive"},
        Row{"nan", bar(1, "NaN", "100", "99", "100"), "open \"NaN\" is not a number"},
        Row{"huge", bar(1, "1e400", "100", "99", "100"), "open \"1e400\" is out of range"},
        Row{"long", bar(1, big, "100", "99", "100"), "999999"},
        Row{"fine", bar(1, "99.123456789012", "100", "99", "100"), "99.123456789012"},
        Row{"empty_field", bar(1, "", "100", "99", "100"), "open"},
        Row{"short", "1767225660000,100,100\n", "3 columns"},
        Row{"low_above_high", bar(1, "100", "99", "101", "100"), "101"},
        Row{"words", "the quick brown fox\n", "the quick"}}) {
    SCOPED_TRACE(row.name);
    files_.text("bad.csv", kHeader + flat_bar(0) + row.line + flat_bar(2));
    expect_refused(shell(backtest("bad.csv")), {"bad.csv:3: ", row.said});
  }
}

TEST_F(ProgramTest, TimesOutOfOrderOrTwiceWithOtherPricesAreErrors) {
  files_.text("back.csv", kHeader + flat_bar(0) + flat_bar(5) + flat_bar(3));
  expect_refused(shell(backtest("back.csv")), {"back.csv:4: "});
  files_.text("twice.csv", kHeader + flat_bar(0) + flat_bar(1) + flat_bar(1, "101"));
  expect_refused(shell(backtest("twice.csv")), {"twice.csv:4: "});
  // The same bar again is a duplicate: dropped and counted.
  files_.text("again.csv", kHeader + flat_bar(0) + flat_bar(1) + flat_bar(1) + flat_bar(2));
  const Ran again = shell(backtest("again.csv", "--json"));
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_NE(again.out.find("\"duplicates\": 1"), std::string::npos) << again.out;
}

TEST_F(ProgramTest, ColumnsMissingOrSwappedAreErrors) {
  files_.text("missing.csv", "open_time,open,high,close,volume\n1767225600000,1,2,1,10\n");
  expect_refused(shell(backtest("missing.csv")), {"missing.csv", "low"});
  files_.text("swapped.csv", kHeader + "100,1767225600000,100,100,100,10\n");
  expect_refused(shell(backtest("swapped.csv")), {"swapped.csv:2: "});
}

TEST_F(ProgramTest, FilesThatAreNotWhatTheySeem) {
  files_.text("empty.csv", "");
  expect_refused(shell(backtest("empty.csv")), {"empty.csv"});
  files_.text("header.csv", kHeader);
  expect_refused(shell(backtest("header.csv")), {"header.csv"});
  expect_refused(shell(backtest(".")), {"directory"});
  expect_refused(shell(backtest("nothing.csv")), {"nothing.csv"});
  files_.text("text.zip", good_bars());
  const Ran as_text = shell(backtest("text.zip"));
  expect_refused(as_text, {"text.zip"});

  files_.gzip("whole.csv.gz", good_bars() + flat_bar(3) + flat_bar(4));
  EXPECT_EQ(shell(backtest("whole.csv.gz", "--json")).status, 0);
  const std::string gzip = content_of(files_.path("whole.csv.gz"));
  files_.text("cut.csv.gz", gzip.substr(0, gzip.size() - 12));
  expect_refused(shell(backtest("cut.csv.gz")), {"cut.csv.gz"});

  files_.zip("whole.zip", "bars.csv", good_bars());
  EXPECT_EQ(shell(backtest("whole.zip", "--json")).status, 0);
  std::string zip = content_of(files_.path("whole.zip"));
  // The member's CRC stands in its own header and in the directory of the archive.
  zip[14] = static_cast<char>(zip[14] ^ 1);
  zip[zip.find("PK\x01\x02") + 16] = static_cast<char>(zip[zip.find("PK\x01\x02") + 16] ^ 1);
  files_.text("crc.zip", zip);
  expect_refused(shell(backtest("crc.zip")), {"crc.zip"});
}

TEST_F(ProgramTest, AnInstrumentThatTheDataOrTheListLacks) {
  files_.text("listed.json", R"({"symbols":[{"symbol":"ADAUSDT","status":"TRADING","filters":[)"
                             R"({"filterType":"PRICE_FILTER","tickSize":"0.01"},)"
                             R"({"filterType":"LOT_SIZE","stepSize":"0.1"}]}]})");
  files_.text("bars.csv", good_bars());
  expect_refused(shell(backtest("bars.csv", "--instruments listed.json")),
                 {"listed.json", "DEMOUSDT"});
  files_.text("named.csv",
              "Instrument,Date,Time,Open,High,Low,Close\n"
              "NIFTY,01-01-2024,09:15:59,21727.75,21737.35,21701.8,21736.0\n");
  expect_refused(shell(backtest("named.csv")), {"DEMOUSDT"});
}

// ---- Configurations that are bad.

TEST_F(ProgramTest, BadConfigurations) {
  files_.text("bars.csv", good_bars());
  const auto refused = [&](const std::string& toml, const std::vector<std::string>& said) {
    files_.text("bad.toml", toml);
    expect_refused(shell("$T backtest --config bad.toml --instrument DEMOUSDT --data bars.csv"),
                   said);
  };
  refused("[defaults]\ntake_proft_pct = 1\n", {"bad.toml:2", "take_proft_pct", "take_profit_pct"});
  refused("[defaults]\ntake_profit_pct = 0\n", {"bad.toml:2", "take_profit_pct", "0"});
  refused("[defaults]\nstop_loss_pct = 100\n", {"bad.toml:2", "stop_loss_pct", "100"});
  refused("[defaults]\nstop_loss_pct = 0.00001\n", {"bad.toml:2", "0.00001"});
  refused("[instrument.DEMOUSDT]\ntick_size = 0\n", {"bad.toml:2", "tick_size", "0"});
  refused("[defaults\n", {"bad.toml:1"});
  expect_refused(shell("$T backtest --config none.toml --instrument DEMOUSDT --data bars.csv"),
                 {"none.toml"});
  expect_refused(shell(backtest("bars.csv", "--set defaults.max_trances=3")),
                 {"max_trances", "max_tranches"});
  expect_refused(shell("$T backtest --config bad.toml"), {"--data"});
  EXPECT_EQ(shell("$T conquer").status, 2);
  expect_refused(shell(backtest("bars.csv", "--set defaults.take_profit_pct=100")),
                 {"take_profit_pct", "100"});
}

// ---- Places that cannot be written.

TEST_F(ProgramTest, OutputThatCannotBeWritten) {
  files_.text("bars.csv", good_bars());
  files_.text("file", "x");
  expect_refused(shell(backtest("bars.csv", "--out file/run")), {"file/run"});
  expect_refused(shell(backtest("bars.csv", "--log file/run")), {"file/run"});
  ASSERT_EQ(shell(backtest("bars.csv", "--log log")).status, 0);
  expect_refused(shell(backtest("bars.csv", "--log log")), {"log"});
  EXPECT_EQ(shell("$T replay log --verify").status, 0) << "the log that was there is as it was";
}

TEST_F(ProgramTest, AFullDiskLeavesALogThatIsGoodUpToItsLastCommit) {
  // A file that may not grow past 512 x 1,024 bytes, as a disk that is full.
  const Ran full = shell("trap '' XFSZ; ulimit -f 512; " + backtest(sample(), "--log log --json"));
  expect_refused(full, {"log"}, 5);
  const Ran check = shell("$T log check log");
  EXPECT_EQ(check.status, 0) << check.err;
  EXPECT_NE(check.out.find("whole: "), std::string::npos);
  EXPECT_EQ(check.out.find("whole: 0 "), std::string::npos) << "something was committed before";
  const Ran again = shell("$T replay log --json");
  EXPECT_EQ(again.status, 0) << again.err;
}

// ---- Logs that are bad.

TEST_F(ProgramTest, FlippedBytesAreFoundOrWithoutEffect) {
  ASSERT_EQ(shell("head -n 400 " + sample() + " > bars.csv; " +
                  backtest("bars.csv", "--set strategy.drop_pct=0.1 --log log"))
                .status,
            0);
  const std::string bytes = content_of(files_.path("log/data.mdb"));
  const Ran good = shell("$T log export log");
  ASSERT_EQ(good.status, 0) << good.err;
  int found = 0;
  for (std::size_t flip = 0; flip < 40; ++flip) {
    const std::size_t at = bytes.size() * flip / 40 + flip * 61 % 97;
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    files_.text("log/data.mdb", damaged);
    const Ran ran = shell("$T log export log");
    EXPECT_TRUE(ran.status == 4 || ran.status == 2 || (ran.status == 0 && ran.out == good.out))
        << "byte " << at << ": status " << ran.status << ", " << ran.err;
    if (ran.status != 0) {
      ++found;
      EXPECT_NE(ran.err, "");
      // Nor does the replay decide anything by it.
      const int status = shell("$T replay log --verify").status;
      EXPECT_TRUE(status == 4 || status == 2) << "byte " << at << ": status " << status;
    }
  }
  EXPECT_GT(found, 10);
}

TEST_F(ProgramTest, LogsThatAreNone) {
  expect_refused(shell("$T replay nothing"), {"nothing"});
  files_.text("log.txt", "x");
  expect_refused(shell("$T log check log.txt"), {"log.txt"});
  expect_refused(shell("$T log import nothing.jsonl log"), {"nothing.jsonl"});
  expect_refused(shell("$T replay log.txt --until never"), {});
}

TEST_F(ProgramTest, ExportAndImportGiveTheIdenticalLog) {
  make_log();
  const Ran round = shell(
      "$T log export log > a.jsonl && $T log import a.jsonl copy && "
      "$T log export copy > b.jsonl && cmp a.jsonl b.jsonl && "
      "cmp <($T log check log) <($T log check copy) && $T replay copy --verify --json");
  EXPECT_EQ(round.status, 0) << round.err;
  EXPECT_NE(round.out.find("\"verified\":true"), std::string::npos) << round.out;
}

TEST_F(ProgramTest, AReplayThatDecidesOtherwiseIsTheAnswerNo) {
  make_log();
  // The first fill cost a little more than it did.
  const Ran ran = shell(
      "$T log export log | sed '0,/\"type\":\"OrderFilled\"/"
      "s/\\(\"type\":\"OrderFilled\".*\"quantity\":\"\\)[0-9]/\\19/' > a.jsonl\n"
      "$T log import a.jsonl changed >&2 && $T replay changed --verify");
  EXPECT_EQ(ran.status, 1) << ran.err;
  EXPECT_NE(ran.out.find("between sequence 1 and "), std::string::npos) << ran.out;
}

// ---- step

TEST_F(ProgramTest, StepNamesTheBadLine) {
  files_.text("step.toml", "[instrument.BTCUSDT]\ntick_size = 0.1\nstep_size = 0.001\n");
  const std::string price =
      R"({"time":"2026-01-01T00:00:00Z","type":"MarkPrice","instrument":"BTCUSDT","price":"45000"})"
      "\n";
  const auto bad = [&](const std::string& line, const std::vector<std::string>& said) {
    files_.text("lines", price + "\n" + line + "\n" + price);
    const Ran ran = shell("$T step --config step.toml <lines");
    EXPECT_EQ(ran.status, 2) << line;
    EXPECT_NE(ran.err.find("line 3"), std::string::npos) << ran.err;
    for (const std::string& words : said) {
      EXPECT_NE(ran.err.find(words), std::string::npos) << words << "\n  in: " << ran.err;
    }
  };
  bad("not json", {});
  bad("{}", {});
  bad(R"({"time":"2026-01-01T00:00:00Z","type":"MarkPrize"})", {"MarkPrize"});
  bad(R"({"time":"2026-01-01T00:00:00Z","type":"MarkPrice","instrument":"BTCUSDT","price":"-1"})",
      {"-1"});
  bad(R"({"time":"2026-01-01T00:00:00Z","type":"MarkPrice","instrument":"BTCUSDT","price":"abc"})",
      {"abc"});
  bad(R"({"time":"2025-12-31T00:00:00Z","type":"MarkPrice","instrument":"BTCUSDT","price":"1"})",
      {"2025-12-31"});
  bad(R"({"time":"2026-01-01T00:00:00Z","type":"OrderAccepted","order_id":"T1S3N0A0"})",
      {"T1S3N0A0"});
  bad(R"({"time":"2026-01-01T00:00:00Z","type":"OrderAccepted","purpose":"TakeProfit"})", {});
}

TEST_F(ProgramTest, StepAnswersEachLine) {
  files_.text("step.toml", "[instrument.BTCUSDT]\ntick_size = 0.1\nstep_size = 0.001\n");
  files_.text("lines",
              R"({"time":"2026-01-01T00:00:00Z","type":"MarkPrice","instrument":"BTCUSDT",)"
              R"("price":"45000"})"
              "\n"
              R"({"time":"2026-01-01T00:00:00Z","type":"EntrySignal","instrument":"BTCUSDT",)"
              R"("side":"Buy","quantity":"0.01","order_type":"Market"})"
              "\n");
  const Ran ran = shell("$T step --config step.toml --done <lines");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.out.find("\"type\":\"SubmitOrder\",\"order_id\":\"T1S4N0A0\""), std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("{\"seq\":3,\"type\":\"Done\",\"state_digest\":\""), std::string::npos);
  EXPECT_NE(ran.out.find("{\"seq\":4,\"type\":\"Done\",\"state_digest\":\""), std::string::npos);
}

// ---- Worlds.

TEST_F(ProgramTest, WargameEndsWithTheCounts) {
  const Ran ran = shell("$T wargame --seed 5 --seeds 3 --events 100 --faults none");
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_EQ(ran.err, "");  // Its bar is for terminals.
  const std::string last = ran.out.substr(ran.out.rfind('\n', ran.out.size() - 2) + 1);
  EXPECT_EQ(last.rfind("3 seeds, ", 0), 0U) << last;
  EXPECT_NE(last.find(" events checked, 0 violations\n"), std::string::npos) << last;
  for (const char* words :
       {"I-01", "never", "orders intended", "accepted by the venue", "digest"}) {
    EXPECT_NE(ran.out.find(words), std::string::npos) << words;
  }
  const Ran json = shell("$T wargame --seed 5 --seeds 3 --events 100 --faults none --json");
  EXPECT_EQ(json.status, 0);
  EXPECT_EQ(std::count(json.out.begin(), json.out.end(), '\n'), 1) << json.out;
  EXPECT_EQ(json.out.rfind("{\"seed\":5,\"seeds\":3,", 0), 0U) << json.out;
}

TEST_F(ProgramTest, WargameTellsTheSameStoryTwice) {
  const std::string line = "$T wargame --seed 7 --events 100 --transcript";
  const Ran ran = shell(line);
  EXPECT_NE(ran.out.find("\"type\":\"RunStarted\""), std::string::npos);
  EXPECT_NE(ran.out.find(" the faults end\n"), std::string::npos);
  EXPECT_EQ(ran.out, shell(line).out);
}

TEST_F(ProgramTest, WargameRefusesWhatItCannotUse) {
  struct Line {
    std::string options, said;
  };
  files_.text("old.world", "tranchet-wargame 0\nseed 1\n");
  files_.text("bad.world", "tranchet-wargame 1\nseed one\n");
  files_.text("other", "what is this\n");
  for (const Line& line :
       {Line{"--seed abc", "--seed \"abc\" is not a number"},
        Line{"--seed -1", "--seed \"-1\" is not a number"},
        Line{"--seed 99999999999999999999", "--seed \"99999999999999999999\" is above 1844"},
        Line{"--seed 18446744073709551615 --seeds 2", "no 2 seeds from 18446744073709551615 on"},
        Line{"--seeds 0", "--seeds \"0\" is below 1"},
        Line{"--events 0", "--events \"0\" is below 1"},
        Line{"--events 1e6", "--events \"1e6\" is not a number"},
        Line{"--jobs 1000", "--jobs \"1000\" is above 256"},
        Line{"--profile calm",
             "--profile \"calm\" is none of everything, healthy, intents, adoption"},
        Line{"--faults kill,steam_cut",
             "\"steam_cut\" is no fault; the nearest known one is "
             "\"stream_cut\""},
        Line{"--faults xyzzy", "--faults \"xyzzy\" is no fault\n"},
        Line{"--check I-43", "--check \"I-43\" is none of I-01 to I-42"},
        Line{"--check I-40", "--check I-40: no world shows that"},
        Line{"--transcript --seeds 2", "--transcript tells the story of one seed, not of 2"},
        Line{"--save x", "--save keeps what --shrink has found"},
        Line{"--json --shrink", "--json prints one document"},
        Line{"--regression none.world", "none.world: cannot be read"},
        Line{"--regression old.world",
             "old.world:1: \"tranchet-wargame 0\" is from another version"},
        Line{"--regression bad.world", "bad.world:2: seed \"one\" is not a number"},
        Line{"--regression old.world --seed 3", "--seed beside --regression"},
        Line{"--resume other", "other: is not the progress of a wargame"}}) {
    SCOPED_TRACE(line.options);
    expect_refused(shell("$T wargame " + line.options), {"tranchet: wargame: ", line.said});
  }
}

TEST_F(ProgramTest, WargameGoesOnFromItsFileAlone) {
  const std::string run = "$T wargame --seeds 4 --events 50 --resume progress ";
  EXPECT_EQ(shell(run).err, "");
  EXPECT_FALSE(std::filesystem::exists(files_.path("progress"))) << "the run is over";
  // Killed before its first world is done, it leaves the file as it began.
  const Ran killed = shell(
      "$T wargame --seeds 100000000 --events 50 --resume progress & while kill -0 $! && ! [ -s "
      "progress ]; do :; done; kill -9 $!; wait $!; [ $? = 137 ] && head -n 1 progress");
  EXPECT_EQ(killed.out, "tranchet-wargame-progress 1\n");
  expect_refused(shell("$T wargame --seeds 4 --events 51 --resume progress"),
                 {"progress: was begun with other options", "--events 50"});
  const std::string text = content_of(files_.path("progress"));
  const std::size_t build = text.find("build ");
  files_.text("another",
              text.substr(0, build) + "build x\n" + text.substr(text.find("\nrun ") + 1));
  expect_refused(shell("$T wargame --seeds 4 --events 50 --resume another"),
                 {"another: was begun by another build of this program"});
  files_.text("damaged", text + "colour 3\n");
  expect_refused(shell("$T wargame --seeds 4 --events 50 --resume damaged"),
                 {"damaged: the line \"colour 3\" is damaged"});
  EXPECT_EQ(shell("$T wargame --seeds 4 --resume no/such/folder").status, 5);
}

// ---- What programs rely on.

// All that README.md shows of the demo, digests and all, but for what a clock measured.
TEST_F(ProgramTest, TheReadmeShowsWhatTheDemoPrints) {
  std::ostringstream readme;
  readme << std::ifstream(std::string(TRANCHET_SOURCE_DIR) + "/README.md").rdbuf();
  const std::string begin = "  DEMOUSDT  dip on bars\n", end = "\n  Speed\n";
  const auto shown = [&](const std::string& text) {
    const std::size_t from = text.find(begin);
    const std::size_t to = text.find(end, from);
    EXPECT_NE(to, std::string::npos) << text;
    return to == std::string::npos ? std::string() : text.substr(from, to - from);
  };
  const Ran ran = shell(backtest(sample(),
                                 "--set instrument.DEMOUSDT.tick_size=0.001 "
                                 "instrument.DEMOUSDT.step_size=0.1"));
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(shown(readme.str()), shown(ran.out));
}

TEST_F(ProgramTest, JsonIsOneDocumentAndNothingElse) {
  const Ran ran = shell(backtest(sample(), "--json --out run"));
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out, content_of(files_.path("run/summary.json")));
  EXPECT_EQ(ran.out.front(), '{');
  EXPECT_EQ(ran.out.substr(ran.out.size() - 3), "\n}\n");
  EXPECT_EQ(ran.out.find("\n{"), std::string::npos) << "a second document";
  make_log();
  const Ran replay = shell("$T replay log --verify --json");
  EXPECT_EQ(replay.status, 0);
  EXPECT_EQ(replay.err, "");
  EXPECT_EQ(std::count(replay.out.begin(), replay.out.end(), '\n'), 1);
}

TEST_F(ProgramTest, VersionAndHelp) {
  const Ran version = shell("$T --version");
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.out.rfind("tranchet ", 0), 0U) << version.out;
  const Ran help = shell("$T --help");
  EXPECT_EQ(help.status, 0);
  for (const char* words : {"backtest", "replay", "log", "step", "wargame", "Exit status"}) {
    EXPECT_NE(help.out.find(words), std::string::npos) << words;
  }
}

// Keys come from files that nobody else can read. There is no option that takes one, and what
// somebody tries to hand over all the same is repeated nowhere.
TEST_F(ProgramTest, KeysInArgumentsAreRefusedAndNotRepeated) {
  const std::string command = " --config " + configuration();
  for (const char* program : {"live", "record --into tape", "doctor", "protect"}) {
    for (const char* keys : {" --key canary", " --key=canary", " --api-secret canary",
                             " --api_secret=canary", " -kcanary", " -k canary", " canary",
                             " --set venue.api_secret=canary", " --set venue.key=canary"}) {
      const Ran ran = shell("$T " + std::string(program) + command + keys);
      EXPECT_EQ(ran.status, 2) << program << keys;
      EXPECT_EQ((ran.out + ran.err).find("canary"), std::string::npos) << ran.err;
      EXPECT_FALSE(ran.err.empty()) << program << keys;
    }
  }
  const Ran flag = shell("$T live --live=canary" + command);
  EXPECT_EQ(flag.status, 2);
  EXPECT_EQ(flag.err.find("canary"), std::string::npos) << flag.err;
  expect_refused(shell("$T live --key canary --once" + command),
                 {"There is no option --key --once, and no place for 1 of the words.\n"});
  expect_refused(shell("$T log check somewhere else"), {"There is no place for 1 of the words.\n"});
  // Nor from the environment.
  const Ran printed = shell(
      "export VENUE_KEY=canary TRANCHET_KEY=canary API_SECRET=canary; $T live --print-config" +
      command);
  EXPECT_EQ(printed.status, 0) << printed.err;
  EXPECT_EQ(printed.out.find("canary"), std::string::npos);
}

TEST_F(ProgramTest, LocaleAndTimeZoneChangeNothing) {
  const std::string run = backtest(sample(), "--json | grep -v -e wall_sec -e events_per");
  const Ran plain = shell("export LC_ALL=C TZ=UTC; " + run);
  ASSERT_GT(plain.out.size(), 500U) << plain.err;
  // A zone spelled out works without zone files; a locale that is not installed changes nothing
  // by itself, .ci/run installs one.
  const Ran far = shell("export LC_ALL=de_DE.UTF-8 TZ='<+1245>-12:45'; " + run);
  EXPECT_EQ(plain.out, far.out);
}

}  // namespace
}  // namespace tranchet
