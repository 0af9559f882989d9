// The old files come back to the byte, and nothing that stands in the way is lost.
#include "adapters/legacy/backup.h"

#include <gtest/gtest.h>

#include "tests/adapters/legacy/bot_files.h"

namespace tranchet::legacy {
namespace {

namespace fs = std::filesystem;

TEST(Backup, KnowsItsFilesByTheirDigest) {
  const Scratch scratch;
  write_file(scratch / "abc", "abc");
  EXPECT_EQ(sha256_of(scratch / "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_FALSE(sha256_of(scratch / "missing").has_value());
}

TEST(Backup, PutsBackWhatWasChangedAndKeepsTheChange) {
  const Scratch scratch;
  const std::string settings = "{\"globals\": {}}\n", database("\0\1\2\xFF database", 14);
  write_file(scratch / "settings.json", settings);
  write_file(scratch / "bot.db", database);
  const auto kept = make_backup(
      {scratch / "settings.json", scratch / "bot.db", scratch / "bot.db-wal"}, scratch / "backup");
  ASSERT_TRUE(kept.has_value()) << kept.error();
  ASSERT_EQ(kept->size(), 2u) << "what is not there is not kept";
  EXPECT_EQ(read_manifest(scratch / "backup")->size(), 2u);
  EXPECT_FALSE(make_backup({scratch / "settings.json"}, scratch / "backup").has_value());

  // One changed, with a journal that belongs to the change; the other gone.
  write_file(scratch / "bot.db", "newer");
  write_file(scratch / "bot.db-journal", "of the newer");
  fs::remove(scratch / "settings.json");
  const auto back = put_back(scratch / "backup");
  ASSERT_TRUE(back.has_value()) << back.error();
  EXPECT_EQ(read_file(scratch / "settings.json"), settings);
  EXPECT_EQ(read_file(scratch / "bot.db"), database);
  EXPECT_FALSE(fs::exists(scratch / "bot.db-journal"));
  EXPECT_EQ(read_file(scratch / "bot.db.before-rollback"), "newer");
  EXPECT_EQ(read_file(scratch / "bot.db-journal.before-rollback"), "of the newer");

  const auto again = put_back(scratch / "backup");
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->restored.empty());
  EXPECT_EQ(again->unchanged.size(), 2u);

  write_file(scratch / "bot.db", "newest");
  ASSERT_TRUE(put_back(scratch / "backup").has_value());
  EXPECT_EQ(read_file(scratch / "bot.db.before-rollback"), "newer");
  EXPECT_EQ(read_file(scratch / "bot.db.before-rollback-2"), "newest");
}

TEST(Backup, OneThatIsDamagedTouchesNothing) {
  const Scratch scratch;
  write_file(scratch / "a", "first");
  write_file(scratch / "b", "second");
  ASSERT_TRUE(make_backup({scratch / "a", scratch / "b"}, scratch / "backup").has_value());
  write_file(scratch / "a", "changed");
  write_file(scratch.folder() / "backup" / "b", "secone");
  const auto back = put_back(scratch / "backup");
  ASSERT_FALSE(back.has_value());
  EXPECT_NE(back.error().find("is not what was kept"), std::string::npos) << back.error();
  EXPECT_EQ(read_file(scratch / "a"), "changed");

  write_file(scratch.folder() / "backup" / "manifest", "abc def ghi\n");
  EXPECT_NE(put_back(scratch / "backup").error().find("manifest:1: is no line"), std::string::npos);
  EXPECT_NE(put_back(scratch / "nowhere").error().find("holds no backup"), std::string::npos);
}

}  // namespace
}  // namespace tranchet::legacy
