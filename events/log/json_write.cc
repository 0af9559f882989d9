#include "events/log/json_write.h"

#include "events/digest.h"
#include "events/settings.h"

namespace tranchet {
namespace {

// How many bytes the UTF-8 character at the front of `text` has; 0: it is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 0 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and beyond U+10FFFF.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
      (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) {
    return 0;
  }
  return length;
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const char c = text[0];
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

void FieldWriter::key(std::string_view name) {
  if (!first_) out_ += ',';
  first_ = false;
  plain(name);
  out_ += ':';
}

void FieldWriter::texts(std::string_view name, std::span<const std::string_view> values) {
  if (values.empty()) return;
  array(name);
  for (std::size_t index = 0; index < values.size(); ++index) {
    if (index > 0) out_ += ',';
    append_json_text(out_, values[index]);
  }
  out_ += ']';
}

// As text: a 64-bit number does not survive every JSON reader.
void FieldWriter::digest(std::string_view name, std::uint64_t value) {
  text(name, digest_text(value));
}

void FieldWriter::rate(std::string_view name, std::int64_t count) {
  text(name, decimal_text(count));
}

void FieldWriter::setting(const ConfigChanged& changed) {
  const SettingInfo& about = info(changed.setting);
  std::string name = changed.instrument == InstrumentId::None
                         ? std::string(about.section)
                         : "instrument." + std::string(names_.symbol(changed.instrument));
  name += '.';
  name += about.name;
  if (!first_) out_ += ',';
  first_ = false;
  append_json_text(out_, name);
  out_ += ':';
  append_json_text(out_, setting_text(about, changed.value));
}

// The symbol as a text is that of the instrument, so it is said only where it is not.
void FieldWriter::listed_symbol(InstrumentId instrument, TextId symbol) {
  if (names_.text(symbol) != names_.symbol(instrument)) required("symbol", symbol);
}

void FieldWriter::target(std::string_view name, TargetChoice choice, Maybe<Price> price) {
  switch (choice) {
    case TargetChoice::Keep:
      return;
    case TargetChoice::Default:
      return text(name, "default");
    case TargetChoice::None:
      return text(name, "none");
    case TargetChoice::AtPrice:
      return required(name, price);
  }
}

void FieldWriter::filled_order(const OrderFilled& fill) {
  const bool foreign = fill.order == OrderId::None;
  if (!foreign) required("order_id", fill.order);
  optional("instrument", fill.instrument, InstrumentId::None);
  number_of<PositionSide>("position_side", static_cast<std::uint8_t>(fill.position_side));
  number_of<Side>("side", static_cast<std::uint8_t>(fill.side));
  if (foreign || fill.origin != FillOrigin::Own) required("origin", fill.origin);
}

}  // namespace tranchet
