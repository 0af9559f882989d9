#include "adapters/cli/venue_command.h"

#include <pthread.h>
#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <thread>

#include "adapters/aster/server/accounts_file.h"
#include "adapters/aster/server/listener.h"
#include "adapters/cli/exit_status.h"
#include "adapters/net/self_signed.h"
#include "backtest/market_data/detect.h"

namespace tranchet {
namespace {

using aster_venue::ListedSymbol;
using aster_venue::ListenerOptions;
using aster_venue::TapeOptions;
template <class T>
using Read = std::expected<T, std::string>;

// "127.0.0.1:8443", "[::1]:8443"
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

// The objects of exchangeInfo's `symbols`, by symbol, as they are written.
Read<std::map<std::string, std::string>> read_symbol_texts(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::unexpected(file + ": cannot be read");
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  try {
    const simdjson::padded_string padded(text);
    simdjson::dom::parser parser;
    std::map<std::string, std::string> texts;
    for (const simdjson::dom::element item : parser.parse(padded)["symbols"].get_array()) {
      texts[std::string(std::string_view(item["symbol"]))] = simdjson::minify(item);
    }
    return texts;
  } catch (const simdjson::simdjson_error& error) {
    return std::unexpected(file + ": " + error.what());
  }
}

// A coin of this many decimals: its tick is the last of them.
std::int64_t unit_of(int decimals) {
  std::int64_t unit = kDecimalOne;
  for (int place = 0; place < decimals; ++place) unit /= 10;
  return unit;
}

Read<ListedSymbol> infer_symbol(const TapeOptions& tape) {
  const auto decimals = aster_venue::look_at_decimals(tape);
  if (!decimals) return std::unexpected(decimals.error());
  ListedSymbol listed{.symbol = tape.symbol, .rules = {}, .terms = {}, .info = ""};
  listed.rules.tick_size = Price::from_raw(unit_of(decimals->price));
  listed.rules.step_size = Quantity::from_raw(unit_of(std::max(decimals->quantity, 3)));
  listed.rules.min_quantity = listed.rules.step_size;
  listed.rules.min_notional = Money::from_raw(5 * kDecimalOne);
  listed.rules.max_conditional_orders = 10;
  return listed;
}

class VenueRun {
 public:
  VenueRun(const VenueArguments& arguments, std::ostream& out, std::ostream& err)
      : arguments_(arguments), out_(out), err_(err) {}

  Read<ListenerOptions> read_options() {
    ListenerOptions options;
    options.ends = arguments_.end;
    options.control = arguments_.control;
    options.server.limits.connections = 256;
    options.server.limits.messages_per_second = 10;
    options.server.limits.ping_interval = std::chrono::minutes(5);
    options.server.limits.session_timeout = std::chrono::minutes(15);
    if (auto read = read_listen(arguments_.listen, options.server); !read) {
      return std::unexpected(read.error());
    }
    if (arguments_.loop && arguments_.end) {
      return std::unexpected("--loop and --end cannot both be: a tape that loops does not end");
    }
    for (const auto read :
         {&VenueRun::read_tapes, &VenueRun::read_symbols, &VenueRun::read_accounts,
          &VenueRun::read_rest, &VenueRun::read_identity}) {
      if (auto done = (this->*read)(options); !done) return std::unexpected(done.error());
    }
    return options;
  }

 private:
  Read<void> read_tapes(ListenerOptions& options) {
    const auto speed = read_speed(arguments_.speed);
    if (!speed) return std::unexpected(speed.error());
    for (const std::string& text : arguments_.tapes) {
      auto tape = read_tape(text);
      if (!tape) return std::unexpected(tape.error());
      const auto same = std::ranges::find(options.tapes, tape->symbol, &TapeOptions::symbol);
      if (same != options.tapes.end()) {
        return std::unexpected("--tape: " + tape->symbol + " has two tapes");
      }
      tape->instrument = static_cast<InstrumentId>(options.tapes.size() + 1);
      tape->speed_percent = *speed;
      tape->loops = arguments_.loop;
      options.tapes.push_back(std::move(*tape));
    }
    return {};
  }

  Read<void> read_symbols(ListenerOptions& options) {
    std::vector<InstrumentRules> all;
    std::map<std::string, std::string> texts;
    if (!arguments_.instruments.empty()) {
      auto rules = read_exchange_info(arguments_.instruments);
      if (!rules) return std::unexpected(to_text(rules.error()));
      all = std::move(*rules);
      auto read = read_symbol_texts(arguments_.instruments);
      if (!read) return std::unexpected(read.error());
      texts = std::move(*read);
    }
    for (const TapeOptions& tape : options.tapes) {
      const auto found = std::ranges::find(all, tape.symbol, &InstrumentRules::symbol);
      ListedSymbol listed;
      if (found != all.end()) {
        listed = {.symbol = tape.symbol,
                  .rules = found->rules,
                  .terms = {.multiplier_up = found->multiplier_up,
                            .multiplier_down = found->multiplier_down,
                            .market_take_bound = found->market_take_bound},
                  .info = texts[tape.symbol]};
        if (!found->status.empty()) listed.status = found->status;
      } else if (!arguments_.instruments.empty()) {
        return std::unexpected(arguments_.instruments + ": has no instrument " + tape.symbol);
      } else {
        auto inferred = infer_symbol(tape);
        if (!inferred) return std::unexpected(inferred.error());
        err_ << "tranchet: venue: " << tape.symbol << ": tick "
             << to_text(inferred->rules.tick_size) << " and step "
             << to_text(inferred->rules.step_size)
             << " are taken from the data; --instruments says better\n";
        listed = std::move(*inferred);
      }
      if (!listed.rules.tick_size.is_positive()) {
        return std::unexpected(tape.symbol + ": its tick size is 0: it cannot be traded");
      }
      listed.rules.instrument = tape.instrument;
      options.desk.symbols.push_back(std::move(listed));
    }
    return {};
  }

  Read<void> read_accounts(ListenerOptions& options) {
    if (arguments_.accounts.empty()) {
      options.desk.accounts = aster_venue::demo_accounts();
      return {};
    }
    auto accounts = aster_venue::read_accounts(arguments_.accounts);
    if (!accounts) return std::unexpected(accounts.error());
    options.desk.accounts = std::move(*accounts);
    return {};
  }

  Read<void> read_rest(ListenerOptions& options) {
    for (const std::string& text : arguments_.faults) {
      const auto fault = aster_venue::parse_fault(text);
      if (!fault) return std::unexpected("--fault " + text + ": " + fault.error());
      options.faults.push_back(*fault);
    }
    if (!arguments_.partial_fills.empty()) {
      std::string_view digits = arguments_.partial_fills;
      if (digits.ends_with('%')) digits.remove_suffix(1);
      const ParsedDecimal share = parse_decimal(digits, 4);
      if (share.error || share.count < 1 || share.count > kPpmOne) {
        return std::unexpected("--partial-fills \"" + arguments_.partial_fills +
                               "\" is no share up to 100%");
      }
      options.desk.simulation.take_share = share.count;
    }
    const std::string& chain = arguments_.chain;
    const auto [end, error] =
        std::from_chars(chain.data(), chain.data() + chain.size(), options.desk.chain);
    if (error != std::errc() || end != chain.data() + chain.size()) {
      return std::unexpected("--chain \"" + chain + "\" is no number");
    }
    options.desk.secret = std::random_device()();
    return {};
  }

  Read<void> read_identity(ListenerOptions& options) {
    if (arguments_.certificate.empty() != arguments_.key.empty()) {
      return std::unexpected("--certificate and --key go together");
    }
    if (!arguments_.certificate.empty()) {
      options.server.identity = {arguments_.certificate, arguments_.key};
      return {};
    }
    const auto folder =
        std::filesystem::temp_directory_path() / ("tranchet-venue-" + std::to_string(::getuid()));
    auto made = self_signed_identity(folder);
    if (!made) return std::unexpected(made.error());
    out_ << "certificate " << made->certificate_file << "\n";
    options.server.identity = std::move(*made);
    return {};
  }

  const VenueArguments& arguments_;
  std::ostream& out_;
  std::ostream& err_;
};

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

int run_venue_command(const VenueArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto options = VenueRun(arguments, out, err).read_options();
  if (!options) {
    err << "tranchet: venue: " << options.error() << "\n";
    return kBadInput;
  }
  auto listener = aster_venue::VenueListener::open(*options);
  if (!listener) {
    err << "tranchet: venue: " << listener.error() << "\n";
    return kWorldFailed;
  }
  const std::string& host = options->server.host;
  const bool v6 = host.find(':') != std::string::npos;
  out << "listening on https://" << (v6 ? "[" + host + "]" : host) << ":" << (*listener)->port()
      << std::endl;
  {
    const StopSignals signals([&] { (*listener)->stop(); });
    (*listener)->run();
  }
  if ((*listener)->failure().empty()) return kDone;
  err << "tranchet: venue: " << (*listener)->failure() << "\n";
  return kBadInput;
}

}  // namespace tranchet
