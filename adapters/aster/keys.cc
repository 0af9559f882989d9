#include "adapters/aster/keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>

#include "adapters/service/credential.h"

namespace tranchet::aster {
namespace {

constexpr std::size_t kLongest = 64 * 1024;

// Closes what it opened.
class File {
 public:
  explicit File(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Empty: fine.
std::string flaw_in(const struct stat& status, bool of_systemd) {
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  if (static_cast<std::size_t>(status.st_size) > kLongest) return "is longer than 64 KiB";
  if (of_systemd) return {};
  if (status.st_uid != ::geteuid()) return "belongs to somebody else";
  if ((status.st_mode & 077) != 0) return "can be read or written by others; its mode must be 0600";
  return {};
}

std::expected<Secret, std::string> read_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  const File file(path);
  struct stat status {};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0) {
    return std::unexpected(name + ": cannot be opened");
  }
  if (const std::string flaw = flaw_in(status, is_credential(path)); !flaw.empty()) {
    return std::unexpected(name + ": " + flaw);
  }
  std::vector<char> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t read = 0;
  while (read < bytes.size()) {
    const ssize_t count = ::read(file.descriptor(), bytes.data() + read, bytes.size() - read);
    if (count <= 0) break;
    read += static_cast<std::size_t>(count);
  }
  Secret content({bytes.data(), read});
  wipe(bytes.data(), bytes.size());
  if (read < bytes.size()) return std::unexpected(name + ": cannot be read");
  return content;
}

// A value of the file, wiped where the parser keeps it.
Secret take_text(toml::table& table, std::string_view key) {
  auto* const node = table.get_as<std::string>(key);
  if (node == nullptr) return {};
  std::string& text = node->get();
  Secret value(text);
  wipe(text.data(), text.size());
  return value;
}

std::expected<std::unique_ptr<Signer>, std::string> signer_of(toml::table& table) {
  constexpr auto kKeys =
      std::to_array<std::string_view>({"user", "signer", "key", "chain", "api_key", "api_secret"});
  std::string unknown;
  for (const auto& [key, value] : table) {
    const bool is_chain = key.str() == "chain";
    if (std::ranges::find(kKeys, key.str()) == kKeys.end()) {
      // Not repeated: what stands where a name should be may be a key.
      unknown = "names what is none of user, signer, key, chain, api_key, api_secret";
    } else if (is_chain ? !value.is_integer() : !value.is_string()) {
      unknown = std::string(key.str()) + (is_chain ? " is not a whole number" : " is not a text");
    }
  }
  const Secret user = take_text(table, "user");
  const Secret signer = take_text(table, "signer");
  const Secret key = take_text(table, "key");
  const Secret api_key = take_text(table, "api_key");
  Secret api_secret = take_text(table, "api_secret");
  if (!unknown.empty()) return std::unexpected(unknown);
  const bool has_wallet = !user.empty() || !key.empty();
  const bool has_api = !api_key.empty() || !api_secret.empty();
  if (has_wallet == has_api) {
    return std::unexpected("needs either user and key, or api_key and api_secret");
  }
  if (has_api) return make_hmac_signer(api_key.reveal(), std::move(api_secret));
  const std::int64_t chain = table["chain"].value_or(static_cast<std::int64_t>(kMainnetChain));
  if (chain != static_cast<std::int64_t>(kMainnetChain) &&
      chain != static_cast<std::int64_t>(kTestnetChain)) {
    return std::unexpected("chain is neither 1666 nor 714");
  }
  return make_wallet_signer(user.reveal(), signer.reveal(), key, static_cast<std::uint64_t>(chain));
}

}  // namespace

std::expected<std::unique_ptr<Signer>, std::string> read_keys(const std::filesystem::path& file) {
  const auto content = read_file(file);
  if (!content) return std::unexpected(content.error());
  try {
    toml::table table = toml::parse(content->reveal());
    auto signer = signer_of(table);
    if (!signer) return std::unexpected(file.string() + ": " + signer.error());
    return signer;
  } catch (const toml::parse_error& error) {
    // Its description may quote the text.
    return std::unexpected(file.string() + ":" + std::to_string(error.source().begin.line) +
                           ": is not TOML");
  }
}

}  // namespace tranchet::aster
