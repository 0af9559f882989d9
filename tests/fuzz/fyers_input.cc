#include "tests/fuzz/fyers_input.h"

#include <string>
#include <vector>

#include "adapters/fyers/data_frames.h"
#include "adapters/fyers/error_map.h"
#include "adapters/fyers/gtt_terms.h"
#include "adapters/fyers/order_stream.h"
#include "adapters/fyers/rest_messages.h"
#include "adapters/fyers/symbol_master.h"
#include "adapters/fyers/token.h"
#include "events/ensure.h"

namespace tranchet::fuzz {
namespace {

void look_at(const std::vector<fyers::DataUpdate>& updates) {
  for (const fyers::DataUpdate& update : updates) {
    ENSURE(update.topic != nullptr);
    ENSURE(!update.last_price.has_value() || (*update.last_price).is_positive());
    for (unsigned field = 0; field < 21; ++field) {
      const auto name = static_cast<fyers::ScripField>(field);
      const auto price = update.topic->price(name);
      ENSURE(!price.has_value() || (*price).is_positive());
      (void)update.topic->quantity(name);
      (void)update.topic->time(name);
    }
  }
}

}  // namespace

// Frames of a session, each with its length before it as the stream has it; what a length lies
// about is cut.
void read_as_fyers_data(std::string_view bytes) {
  fyers::DataFrames frames;
  frames.want("sf|nse_cm|3045", InstrumentId{1});
  frames.want("if|nse_cm|Nifty 50", InstrumentId{2});
  frames.want("dp|nse_cm|3045", InstrumentId{3});
  std::vector<fyers::DataUpdate> updates;
  while (!bytes.empty()) {
    const auto at = [bytes](std::size_t index) {
      return index < bytes.size() ? static_cast<unsigned char>(bytes[index]) : 0U;
    };
    const std::string_view frame = bytes.substr(0, at(0) * 256U + at(1) + 2U);
    const std::uint64_t flaws = frames.flaws();
    const fyers::FrameRead read = frames.read(frame, updates);
    if (read.kind == fyers::FrameKind::Data) ENSURE(read.ok == (frames.flaws() == flaws));
    look_at(updates);
    bytes.remove_prefix(frame.size());
  }
  // Whatever it has seen, a new connection reads like the first.
  frames.connected();
  const std::string snapshot = std::string("\0\0\6\0\0\0\1\0\1S\0\1\16sf|nse_cm|3045\1", 28) +
                               std::string("\0\0\0\144\0\0\0\1\2\0\0\0", 12);
  ENSURE(frames.read(snapshot, updates).ok && updates.size() == 1);
  ENSURE(updates[0].last_price == Maybe<Price>(Price::from_raw(kDecimalOne)));
}

void read_as_fyers_orders(std::string_view bytes) {
  const auto message = fyers::read_stream_message(bytes);
  ENSURE(message.has_value() || !message.error().empty());
  if (!message) return;
  if (const auto* trade = std::get_if<fyers::TradeNews>(&*message)) {
    ENSURE(trade->quantity.is_positive() && trade->price.is_positive());
  }
  if (const auto* order = std::get_if<fyers::OrderNews>(&*message)) {
    ENSURE(order->filled <= order->quantity && !order->id.empty());
  }
}

void read_as_fyers_rest(std::string_view bytes) {
  const auto envelope = fyers::read_envelope(bytes);
  (void)fyers::judge(200, envelope ? std::optional(*envelope) : std::nullopt);
  (void)fyers::read_orders(bytes);
  (void)fyers::read_positions(bytes);
  (void)fyers::read_batch(bytes);
  (void)fyers::read_funds(bytes);
  (void)fyers::read_quotes(bytes);
  (void)fyers::read_symbol_tokens(bytes);
  (void)fyers::read_market_status(bytes);
  (void)fyers::read_gtt_orders(bytes);
  if (const auto records = fyers::read_records(bytes)) {
    ENSURE(fyers::read_records(fyers::written_records(*records)) == records);
  }
  (void)fyers::read_tokens(bytes);
  (void)fyers::auth_code_of(bytes, "state");
  (void)fyers::AccessToken::from("ABCD1234-100", Secret(bytes), Timestamp());
  if (const auto trades = fyers::read_trades(bytes)) {
    for (const fyers::TradeRow& row : *trades) ENSURE(row.price.is_positive());
  }
  if (const auto candles = fyers::read_history(bytes)) {
    for (const fyers::CandleRow& row : *candles) ENSURE(row.low <= row.high);
  }
  const std::vector<std::string> wanted = {"NSE:SBIN-EQ"};
  if (const auto master = fyers::read_symbol_master(bytes, "file", wanted)) {
    Names names;
    ENSURE(fyers::listed(master->at("NSE:SBIN-EQ"), names).tick_size.is_positive());
  }
}

}  // namespace tranchet::fuzz
