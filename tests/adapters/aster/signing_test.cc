// Signatures against the published vectors, and keys that must not get out.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <type_traits>

#include "adapters/aster/keys.h"
#include "adapters/aster/signing.h"
#include "adapters/port/private_file.h"

namespace tranchet::aster {
namespace {

constexpr std::string_view kUser = "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e";
constexpr std::string_view kSigner = "0x21cF8Ae13Bb72632562c6Fff438652Ba1a151bb0";
constexpr std::string_view kKey =
    "0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1";
constexpr std::string_view kParameters =
    "symbol=ASTERUSDT&type=LIMIT&side=BUY&timeInForce=GTC&quantity=20&price=0.5";
constexpr std::uint64_t kNonce = 1'748'310'859'508'867;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += "0123456789abcdef"[value >> 4];
    text += "0123456789abcdef"[value & 15];
  }
  return text;
}

std::string signed_by(std::uint64_t chain) {
  const auto signer = make_wallet_signer(kUser, kSigner, Secret(kKey), chain);
  EXPECT_TRUE(signer.has_value()) << signer.error();
  return (*signer)->sign({.parameters = std::string(kParameters), .microseconds = kNonce});
}

TEST(Signing, TypedDataOfMainAndTestNet) {
  const std::string message = std::string(kParameters) + "&nonce=" + std::to_string(kNonce) +
                              "&user=" + std::string(kUser) + "&signer=" + std::string(kSigner);
  EXPECT_EQ(hex(typed_data_digest(message, kMainnetChain)),
            "214122039b686e20a15baab91d368d354cf8c88067cb8b0e96e9018d8b08a625");
  EXPECT_EQ(hex(typed_data_digest(message, kTestnetChain)),
            "d0a3cddc3992449300d5b6fa97e441d66d0f950a032b0707455996c29d8477c5");
  EXPECT_EQ(signed_by(kMainnetChain),
            message +
                "&signature=0x0a56c5923ebf3524475c5f631940ec4c0e41dbd300ad28198d1915d8f3ca49ce"
                "26fd1aeb8b0c3079133595da0de38322ae7e860e0c76d032c4a491d27c1430b01c");
  EXPECT_EQ(signed_by(kTestnetChain),
            message +
                "&signature=0xf91e000376f360c1661cf0fbc79a816e915dce485c616bd49c5e35c6cbc5ba50"
                "42ccf75a2bffd282676dbf698087a73982bfd1491a993eeedc276f6827c94a8c1c");
}

TEST(Signing, HmacOfTheOldKeys) {
  const Secret secret("2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9");
  EXPECT_EQ(hmac_sha256_hex(secret,
                            "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce="
                            "GTC&recvWindow=5000&timestamp=1591702613943"),
            "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9");
  const auto signer = make_hmac_signer(
      "key", Secret("2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"));
  ASSERT_TRUE(signer.has_value());
  EXPECT_EQ(
      (*signer)->sign(
          {.parameters = "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC",
           .microseconds = 1'591'702'613'943'999}),
      "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow="
      "5000&timestamp=1591702613943&signature="
      "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9");
  EXPECT_EQ((*signer)->headers().at(0).value, "key");
}

TEST(Signing, WrongKeysAreRefusedWithoutQuotingThem) {
  const auto error = [](std::string_view user, std::string_view signer, std::string_view key) {
    return make_wallet_signer(user, signer, Secret(key), kMainnetChain).error();
  };
  EXPECT_EQ(error("0x12", kSigner, kKey), "user is not an address (0x, 40 digits)");
  EXPECT_EQ(error(kUser, kSigner, "canary"), "the key is not 64 hex digits");
  EXPECT_EQ(error(kUser, kSigner, std::string(64, '0')), "the key is no private key of secp256k1");
  EXPECT_EQ(error(kUser, kUser, kKey),
            "signer is not the address of the key; that one is "
            "0x21cf8ae13bb72632562c6fff438652ba1a151bb0");
}

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class T>
concept Comparable = requires(const T& value) {
  value == value;
};
static_assert(!Printable<Secret> && !Comparable<Secret>);
static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);

class Keys : public testing::Test {
 protected:
  Keys() {
    folder_ = std::filesystem::temp_directory_path() /
              ("tranchet-keys-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  ~Keys() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(std::string_view text, mode_t mode = 0600) {
    const auto file = folder_ / "keys.toml";
    std::ofstream(file) << text;
    EXPECT_EQ(::chmod(file.c_str(), mode), 0);
    return file;
  }
  std::string wallet() const {
    return "user = \"" + std::string(kUser) + "\"\nkey = \"" + std::string(kKey) + "\"\n";
  }
  std::filesystem::path folder_;
};

TEST_F(Keys, OfBothKinds) {
  const auto v3 = read_keys(write(wallet()));
  ASSERT_TRUE(v3.has_value()) << v3.error();
  EXPECT_EQ((*v3)->root(), "/fapi/v3");
  const auto v1 = read_keys(write("api_key = \"a\"\napi_secret = \"b\"\n"));
  ASSERT_TRUE(v1.has_value()) << v1.error();
  EXPECT_EQ((*v1)->root(), "/fapi/v1");
}

TEST_F(Keys, AFileThatOthersCanReadIsRefused) {
  for (const mode_t mode : {mode_t{0640}, mode_t{0604}, mode_t{0620}, mode_t{0666}}) {
    const auto read = read_keys(write(wallet(), mode));
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().find("its mode must be 0600"), std::string::npos) << read.error();
  }
  EXPECT_TRUE(read_keys(write(wallet(), 0400)).has_value());
  EXPECT_NE(read_keys(folder_).error().find("is not a regular file"), std::string::npos);
  EXPECT_NE(read_keys(folder_ / "none").error().find("cannot be opened"), std::string::npos);
  std::filesystem::create_symlink(write(wallet()), folder_ / "link");
  EXPECT_FALSE(read_keys(folder_ / "link").has_value());
}

TEST_F(Keys, ErrorsNameTheLineAndQuoteNothing) {
  const auto error = [this](std::string_view text) { return read_keys(write(text)).error(); };
  EXPECT_NE(error("user = 1\nkey = canary77\n").find(":2: is not TOML"), std::string::npos);
  for (const std::string_view text :
       {"key = \"canary77\"\n", "user = \"canary77\"\nkey = \"canary77\"\n",
        "api_key = \"canary77\"\n", "user = 1\nkey = canary77\n", "secret = \"canary77\"\n"}) {
    EXPECT_EQ(error(text).find("canary77"), std::string::npos) << error(text);
  }
  EXPECT_NE(error("chain = 5\n" + wallet()).find("chain is neither 1666 nor 714"),
            std::string::npos);
}

TEST_F(Keys, CredentialsOfSystemd) {
  write(wallet(), 0444);  // As systemd makes them: readable, in a folder that is not.
  EXPECT_FALSE(read_keys(folder_ / "keys.toml").has_value());
  ASSERT_EQ(::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1), 0);
  EXPECT_TRUE(read_keys(folder_ / "keys.toml").has_value());
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

}  // namespace
}  // namespace tranchet::aster
