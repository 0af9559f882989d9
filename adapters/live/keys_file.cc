#include "adapters/live/keys_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>
#include <vector>

namespace tranchet {
namespace {

using Failure = std::unexpected<std::string>;
constexpr std::size_t kMostBytes = 16 * 1024;

// Bytes that are overwritten when they are not needed any more.
class Bytes {
 public:
  explicit Bytes(std::size_t size) : bytes_(size) {}
  ~Bytes() { aster::wipe(bytes_.data(), bytes_.size()); }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  char* data() { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<char> bytes_;
};

std::expected<int, std::string> open_guarded(const std::filesystem::path& file, bool is_guarded) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return Failure(file.string() + ": " + std::strerror(errno));
  struct stat facts {};
  std::string flaw;
  if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    flaw = "is not a file";
  } else if (static_cast<std::size_t>(facts.st_size) > kMostBytes) {
    flaw = "is larger than any file of keys";
  } else if (!is_guarded && (facts.st_mode & 077) != 0) {
    flaw = "can be read by others than its owner: chmod 600 it, and think about new keys";
  } else if (!is_guarded && facts.st_uid != ::geteuid() && facts.st_uid != 0) {
    flaw = "belongs to another user";
  }
  if (flaw.empty()) return descriptor;
  ::close(descriptor);
  return Failure(file.string() + ": " + flaw);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

using Values = std::map<std::string_view, std::string_view>;

// Views into `text`. The error is a line's number and what is wrong with it.
std::expected<Values, std::string> read_lines(std::string_view text) {
  constexpr std::string_view kNames[] = {"user",  "signer",  "private_key",
                                         "chain", "api_key", "api_secret"};
  Values values;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    const std::string place = ":" + std::to_string(number) + ": ";
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return Failure(place + "is not NAME = \"VALUE\"");
    const std::string_view name = trimmed(line.substr(0, equals));
    std::string_view value = trimmed(line.substr(equals + 1));
    const std::size_t close = value.find('"', 1);
    if (value.empty() || value.front() != '"' || close == std::string_view::npos) {
      return Failure(place + "is not NAME = \"VALUE\"");
    }
    const std::string_view rest = trimmed(value.substr(close + 1));
    if (!rest.empty() && rest.front() != '#') return Failure(place + "goes on behind its value");
    bool is_known = false;
    for (const std::string_view known : kNames) is_known = is_known || known == name;
    // What stands where a name should be may be a key, so it is not repeated.
    if (!is_known)
      return Failure(place + "names none of user, signer, private_key, chain, " +
                     "api_key, api_secret");
    if (!values.emplace(name, value.substr(1, close - 1)).second) {
      return Failure(place + "says " + std::string(name) + " again");
    }
  }
  return values;
}

std::expected<std::unique_ptr<aster::Signer>, std::string> signer_of(const Values& values) {
  const auto value = [&](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string_view() : found->second;
  };
  if (!value("api_key").empty() || !value("api_secret").empty()) {
    if (value("api_key").empty() || value("api_secret").empty()) {
      return Failure(": api_key and api_secret go together");
    }
    if (!value("private_key").empty()) return Failure(": has both kinds of keys");
    return aster::make_hmac_signer(value("api_key"), aster::Secret(value("api_secret")));
  }
  if (value("user").empty() || value("private_key").empty()) {
    return Failure(": needs user and private_key, or api_key and api_secret");
  }
  std::uint64_t chain = aster::kMainnetChain;
  if (const std::string_view text = value("chain"); !text.empty()) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), chain);
    if (error != std::errc() || end != text.data() + text.size()) {
      return Failure(": chain is not a number");
    }
  }
  return aster::make_wallet_signer(value("user"), value("signer"),
                                   aster::Secret(value("private_key")), chain);
}

}  // namespace

std::expected<std::unique_ptr<aster::Signer>, std::string> read_keys(
    const std::filesystem::path& file) {
  std::filesystem::path path = file;
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  const bool is_guarded = credentials != nullptr && !file.has_parent_path();
  if (is_guarded) path = std::filesystem::path(credentials) / file;
  const auto descriptor = open_guarded(path, is_guarded);
  if (!descriptor) return Failure(descriptor.error());
  Bytes bytes(kMostBytes);
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(*descriptor, bytes.data() + size, bytes.size() - size);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  ::close(*descriptor);
  const auto values = read_lines({bytes.data(), size});
  if (!values) return Failure(path.string() + values.error());
  auto signer = signer_of(*values);
  if (!signer) {
    const bool is_ours = signer.error().starts_with(":");
    return Failure(path.string() + (is_ours ? "" : ": ") + signer.error());
  }
  return signer;
}

}  // namespace tranchet
