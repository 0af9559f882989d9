# The Debian package, by `./dev package`.
#
# What the program can say about itself, it says: its manual page and its completion are made by it,
# so that they name the options that it has.
set(folder ${CMAKE_BINARY_DIR}/package)
set(here ${CMAKE_SOURCE_DIR}/packaging)
file(MAKE_DIRECTORY ${folder})
add_custom_command(OUTPUT ${folder}/tranchet.1.gz ${folder}/tranchet.bash
  COMMAND tranchet manual > ${folder}/tranchet.1
  COMMAND gzip -9nf ${folder}/tranchet.1
  COMMAND tranchet completion > ${folder}/tranchet.bash
  DEPENDS tranchet VERBATIM)
# Of their headers, code is in the program. Boost's licence asks for nothing beside a program.
set(compiled_in libcli11-dev libfmt-dev libsimdjson-dev libspdlog-dev libtomlplusplus-dev)
list(TRANSFORM compiled_in REPLACE "(.+)" "/usr/share/doc/\\1/copyright")
add_custom_command(OUTPUT ${folder}/changelog.gz ${folder}/copyright
  COMMAND gzip -9nc ${here}/changelog > ${folder}/changelog.gz
  COMMAND ${here}/copyright.sh ${here}/copyright ${compiled_in} > ${folder}/copyright
  DEPENDS ${here}/changelog ${here}/copyright ${here}/copyright.sh VERBATIM)
add_custom_target(package_documents DEPENDS ${folder}/tranchet.1.gz ${folder}/changelog.gz)

install(TARGETS tranchet RUNTIME DESTINATION usr/bin)
install(FILES ${here}/tranchet@.service DESTINATION lib/systemd/system)
install(FILES ${here}/paper.toml DESTINATION etc/tranchet)
install(FILES ${folder}/tranchet.1.gz DESTINATION usr/share/man/man1)
install(FILES ${folder}/tranchet.bash DESTINATION usr/share/bash-completion/completions
  RENAME tranchet)
install(FILES ${folder}/changelog.gz ${folder}/copyright ${here}/README.md
  DESTINATION usr/share/doc/tranchet)
install(FILES ${here}/live.conf ${CMAKE_SOURCE_DIR}/data/example.toml
  DESTINATION usr/share/doc/tranchet/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tranchet)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The authors of Tranchet <tranchet@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_DEPENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion, chrony | time-daemon")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${here}/conffiles ${here}/postinst ${here}/prerm ${here}/postrm)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"deterministic engine for trading in tranches
Tranchet trades in tranches: every position is a ladder of tranches, and each
of them carries its own take-profit and stop-loss. What happens is an event in
a log; what follows is a pure function of the log. The engine that trades live
also replays an incident bit for bit, and backtests parameters over years of
history.
.
The service tranchet@paper trades on paper; nothing trades for real unless it
is told to, and has keys.")
include(CPack)
# By this target alone: `package` would build every test first.
add_custom_target(deb COMMAND ${CMAKE_CPACK_COMMAND} DEPENDS tranchet package_documents
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR} USES_TERMINAL VERBATIM)
