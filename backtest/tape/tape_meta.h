// The record about the whole tape, as bytes.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "backtest/tape/tape.h"

namespace tranchet {

std::vector<std::byte> encode_meta(const TapeMeta& meta);

// The error says what is wrong, without the file: another version, or damaged.
std::expected<TapeMeta, InputError> decode_meta(std::span<const std::byte> bytes);

// What reading both would have reported, the files of `later` after those of `report`.
void append_report(DataReport& report, const DataReport& later);

}  // namespace tranchet
