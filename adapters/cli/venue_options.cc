#include "adapters/cli/venue_options.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <functional>
#include <ostream>
#include <thread>

#include "adapters/cli/exit_status.h"
#include "adapters/net/self_signed.h"
#include "backtest/market_data/detect.h"

namespace tranchet {
namespace {

using venue_server::TapeOptions;

// A speed in hundredths.
Read<std::uint32_t> read_speed(const std::string& text) {
  const ParsedDecimal parsed = parse_decimal(text, 2);
  if (parsed.error || parsed.count < 1 || parsed.count > 10'000'000) {
    return std::unexpected("--speed \"" + text + "\" is no number from 0.01 to 100000");
  }
  return static_cast<std::uint32_t>(parsed.count);
}

Read<TapeOptions> read_tape(const std::string& text) {
  TapeOptions tape;
  const std::size_t equals = text.find('=');
  const std::size_t slash = text.find('/');
  const bool named = equals != std::string::npos && (slash == std::string::npos || equals < slash);
  tape.path = named ? text.substr(equals + 1) : text;
  tape.symbol = named ? text.substr(0, equals) : symbol_in_name(tape.path.filename().string());
  if (tape.symbol.empty()) {
    return std::unexpected("--tape " + text + ": which instrument is it? Say SYM=" + text);
  }
  return tape;
}

// Takes SIGINT and SIGTERM as long as it lives, on a thread of its own.
class StopSignals {
 public:
  explicit StopSignals(std::function<void()> stop) {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    thread_ = std::thread([this, stop = std::move(stop)] {
      int number = 0;
      sigwait(&set_, &number);
      stop();
    });
  }
  ~StopSignals() {
    pthread_kill(thread_.native_handle(), SIGTERM);  // Whoever waits need not wait longer.
    thread_.join();
  }

 private:
  sigset_t set_{};
  std::thread thread_;
};

}  // namespace

Read<void> read_listen(const std::string& text, ServerOptions& server) {
  const std::size_t colon = text.rfind(':');
  const std::string digits = colon == std::string::npos ? "" : text.substr(colon + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), server.port);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    return std::unexpected("--listen \"" + text + "\" is no ADDRESS:PORT");
  }
  server.host = text.substr(0, colon);
  if (server.host.starts_with('[') && server.host.ends_with(']')) {
    server.host = server.host.substr(1, server.host.size() - 2);
  }
  return {};
}

std::int64_t unit_of(int decimals) {
  std::int64_t unit = kDecimalOne;
  for (int place = 0; place < decimals; ++place) unit /= 10;
  return unit;
}

Read<std::vector<TapeOptions>> read_tapes_of(const std::vector<std::string>& texts,
                                             const std::string& speed_text, bool loop) {
  const auto speed = read_speed(speed_text);
  if (!speed) return std::unexpected(speed.error());
  std::vector<TapeOptions> tapes;
  for (const std::string& text : texts) {
    auto tape = read_tape(text);
    if (!tape) return std::unexpected(tape.error());
    const auto same = std::ranges::find(tapes, tape->symbol, &TapeOptions::symbol);
    if (same != tapes.end()) {
      return std::unexpected("--tape: " + tape->symbol + " has two tapes");
    }
    tape->instrument = static_cast<InstrumentId>(tapes.size() + 1);
    tape->speed_percent = *speed;
    tape->loops = loop;
    tapes.push_back(std::move(*tape));
  }
  return tapes;
}

Read<Ppm> read_share(const std::string& text) {
  std::string_view digits = text;
  if (digits.ends_with('%')) digits.remove_suffix(1);
  const ParsedDecimal share = parse_decimal(digits, 4);
  if (share.error || share.count < 1 || share.count > kPpmOne) {
    return std::unexpected("--partial-fills \"" + text + "\" is no share up to 100%");
  }
  return share.count;
}

Read<ServerIdentity> make_identity(std::ostream& out) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("tranchet-venue-" + std::to_string(::getuid()));
  auto made = self_signed_identity(folder);
  if (made) out << "certificate " << made->certificate_file << "\n";
  return made;
}

int serve_until_stopped(venue_server::TapeServer& venue, const ServerOptions& server,
                        std::ostream& out) {
  const bool v6 = server.host.find(':') != std::string::npos;
  out << "listening on " << (server.identity ? "https" : "http") << "://"
      << (v6 ? "[" + server.host + "]" : server.host) << ":" << venue.port() << std::endl;
  const StopSignals signals([&] { venue.stop(); });
  venue.run();
  return venue.failure().empty() ? kDone : kBadInput;
}

}  // namespace tranchet
