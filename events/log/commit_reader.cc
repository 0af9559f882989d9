#include "events/log/commit_reader.h"

#include <optional>
#include <vector>

#include "events/log/archive.h"
#include "events/log/log_error.h"

namespace tranchet {
namespace {

void hash_names(ChainHasher& hasher, const Names& names, const Seal& before, const Seal& seal) {
  std::vector<NamePiece> pieces;
  for (std::uint32_t id = before.texts + 1; id <= seal.texts; ++id) {
    append_name_pieces(NameTable::Texts, id, names.text(TextId{id}), pieces);
  }
  for (std::uint32_t id = before.symbols + 1; id <= seal.symbols; ++id) {
    append_name_pieces(NameTable::Symbols, id, names.symbol(static_cast<InstrumentId>(id)), pieces);
  }
  for (const NamePiece& piece : pieces) hasher.add(piece.bytes);
}

}  // namespace

std::expected<void, LogError> CommitReader::verify_chain() {
  return verify_chain([](std::uint64_t) {});
}

std::expected<void, LogError> CommitReader::verify_chain(
    const std::function<void(std::uint64_t)>& on_read) {
  auto before = seal_at(Sequence{number(first()) - 1});
  if (!before) return std::unexpected(before.error());
  Seal previous = *before;
  ChainHasher hasher;
  std::optional<LogError> flaw;
  const auto walked = walk(first(), [&](const Seal& seal, std::span<const std::byte> records) {
    if (seal.first != next(previous.last)) {
      flaw = gap_at(next(previous.last), "the seal of its commit is gone");
      return false;
    }
    if (seal.texts > names().size() || seal.symbols > names().instruments()) {
      flaw = damaged_at(seal.first, "its names are not there");
      return false;
    }
    start_seal_hash(hasher, previous.chain, seal);
    hash_names(hasher, names(), previous, seal);
    hasher.add(records);
    if (hasher.finish() != seal.chain) {
      flaw = damaged_at(seal.first, "the chain does not match its commit");
      return false;
    }
    previous = seal;
    on_read(number(seal.last) - number(seal.first) + 1);
    return true;
  });
  if (flaw) return std::unexpected(*flaw);
  return walked;
}

std::expected<std::unique_ptr<CommitReader>, LogError> open_commits(
    const std::filesystem::path& log) {
  return is_archive(log) ? open_archive(log) : open_segmented(log);
}

std::expected<std::unique_ptr<LogReader>, LogError> LogReader::open(
    const std::filesystem::path& directory) {
  return open_commits(directory);
}

}  // namespace tranchet
