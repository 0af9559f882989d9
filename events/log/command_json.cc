// Commands as JSON lines, their fields in the order of the interface's table.
#include "events/ensure.h"
#include "events/log/json.h"
#include "events/log/json_write.h"

namespace tranchet {
namespace {

class CommandLines {
 public:
  CommandLines(std::span<const Command> commands, Sequence cause, const Names& names,
               std::string& out)
      : commands_(commands), cause_(cause), names_(names), out_(out) {}

  void write_all() {
    for (at_ = 0; at_ < commands_.size(); ++at_) {
      std::visit([&](const auto& command) { write(command); }, commands_[at_]);
    }
  }

 private:
  FieldWriter open(std::string_view type) {
    FieldWriter writer(out_, names_);
    writer.required("seq", cause_);
    writer.text("type", type);
    return writer;
  }
  FieldWriter publish(std::string_view kind) {
    FieldWriter writer = open("Publish");
    writer.text("kind", kind);
    return writer;
  }
  void close(FieldWriter& writer) {
    writer.close();
    out_ += '\n';
  }

  void write(const SubmitOrder& command) {
    FieldWriter writer = open("SubmitOrder");
    writer.required("order_id", command.order);
    writer.required("instrument", command.instrument);
    writer.required("side", command.side);
    writer.required("position_side", command.position_side);
    writer.required("order_type", command.order_type);
    writer.required("quantity", command.quantity);
    if (command.order_type == OrderType::Limit) writer.required("limit_price", command.limit_price);
    if (is_conditional(command.order_type)) {
      writer.required("stop_price", command.stop_price);
      writer.required("working_type", command.working_type);
    }
    if (command.order_type == OrderType::Limit) {
      writer.required("time_in_force", command.time_in_force);
    }
    writer.required("reduce_only", command.reduce_only);
    writer.required("purpose", command.purpose);
    writer.required("tranche", command.tranche);
    writer.required("tranche_id", command.tranche_id);
    close(writer);
  }
  void write(const AmendOrder& command) {
    FieldWriter writer = open("AmendOrder");
    writer.required("order_id", command.order);
    writer.required("quantity", command.quantity);
    writer.required("limit_price", command.limit_price);
    writer.required("purpose", command.purpose);
    writer.required("tranche", command.tranche);
    close(writer);
  }
  void write_order(std::string_view type, const auto& command) {
    FieldWriter writer = open(type);
    writer.required("order_id", command.order);
    writer.required("purpose", command.purpose);
    writer.required("tranche", command.tranche);
    close(writer);
  }
  void write(const CancelOrder& command) { write_order("CancelOrder", command); }
  void write(const QueryOrder& command) { write_order("QueryOrder", command); }
  void write_timer(std::string_view type, const auto& command) {
    FieldWriter writer = open(type);
    writer.required("timer", command.timer);
    writer.required("at", command.at);
    close(writer);
  }
  void write(const SetTimer& command) { write_timer("SetTimer", command); }
  void write(const CancelTimer& command) { write_timer("CancelTimer", command); }
  void write(const RequestSnapshot&) {
    FieldWriter writer = open("RequestSnapshot");
    close(writer);
  }

  void write(const PositionUpdate& update) {
    FieldWriter writer = publish("PositionUpdate");
    writer.required("instrument", update.instrument);
    writer.required("position_side", update.position_side);
    writer.required("quantity", update.quantity);
    writer.optional("average_entry", update.average_entry, Maybe<Price>());
    writer.optional("take_profit", update.take_profit, Maybe<Price>());
    writer.optional("stop_loss", update.stop_loss, Maybe<Price>());
    writer.required("trade_type", update.trade_type);
    writer.array("tranches");
    for (int row = 0; row < update.tranches; ++row) {
      ENSURE(++at_ < commands_.size());
      const auto* tranche = std::get_if<TrancheState>(&commands_[at_]);
      ENSURE(tranche != nullptr);
      if (row > 0) out_ += ',';
      write_row(*tranche);
    }
    out_ += ']';
    writer.optional("exit_price", update.exit_price, Maybe<Price>());
    writer.optional("realized_pnl", update.realized_pnl, Maybe<Money>());
    writer.number_of<ExitReason>("reason", update.reason);
    close(writer);
  }
  void write_row(const TrancheState& tranche) {
    FieldWriter writer(out_, names_);
    writer.required("tranche", tranche.tranche);
    writer.required("tranche_id", tranche.tranche_id);
    writer.required("quantity", tranche.quantity);
    writer.required("average_entry", tranche.average_entry);
    writer.optional("take_profit", tranche.take_profit, Maybe<Price>());
    writer.optional("stop_loss", tranche.stop_loss, Maybe<Price>());
    writer.close();
  }
  // A row without its PositionUpdate: a slice of commands that starts in the middle.
  void write(const TrancheState& tranche) {
    write_row(tranche);
    out_ += '\n';
  }
  void write(const TradeClosed& closed) {
    FieldWriter writer = publish("TradeClosed");
    writer.required("instrument", closed.instrument);
    writer.required("position_side", closed.position_side);
    writer.required("tranche", closed.tranche);
    writer.required("tranche_id", closed.tranche_id);
    writer.required("quantity", closed.quantity);
    writer.required("average_entry", closed.average_entry);
    writer.required("average_exit", closed.average_exit);
    writer.required("realized_pnl", closed.realized_pnl);
    writer.required("fees", closed.fees);
    writer.required("reason", closed.reason);
    writer.optional("slippage", closed.slippage, Maybe<Price>());
    close(writer);
  }
  void write(const EntryRefused& refused) {
    FieldWriter writer = publish("EntryRefused");
    writer.required("reason", refused.reason);
    writer.optional("instrument", refused.instrument, InstrumentId::None);
    writer.number_of<PositionSide>("position_side",
                                   static_cast<std::uint8_t>(refused.position_side));
    writer.optional("signal_id", refused.signal_id, std::uint64_t{0});
    writer.optional("order_id", refused.order, OrderId::None);
    close(writer);
  }
  void write(const Alert& alert) {
    FieldWriter writer = publish("Alert");
    writer.required("reason", alert.reason);
    writer.optional("instrument", alert.instrument, InstrumentId::None);
    writer.number_of<PositionSide>("position_side", alert.position_side);
    if (alert.tranche_id != TrancheId::None || alert.tranche != 0) {
      writer.required("tranche", alert.tranche);
    }
    writer.optional("tranche_id", alert.tranche_id, TrancheId::None);
    writer.optional("order_id", alert.order, OrderId::None);
    close(writer);
  }

  std::span<const Command> commands_;
  Sequence cause_;
  const Names& names_;
  std::string& out_;
  std::size_t at_ = 0;
};

}  // namespace

void append_command_lines(std::span<const Command> commands, Sequence cause, const Names& names,
                          std::string& out) {
  CommandLines(commands, cause, names, out).write_all();
}

}  // namespace tranchet
