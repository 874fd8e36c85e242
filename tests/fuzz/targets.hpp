#pragma once

#include <string_view>

/// What strangers' bytes reach first, each as one function of bytes. A target throws (`invariant`) when a property does
/// not hold; a sanitizer ends it for the rest. Each is a libFuzzer program of its own (entry.cpp), and all of them run
/// over their corpora in the unit test (corpus_test.cpp), built by the ordinary compiler.
namespace machiai::fuzz {

/// One byte of choices, one that decides the cuts, then what a client sends to the WebSocket codec.
void frames(std::string_view input);
/// One text message after the handshake, and any JSON of a client.
void commands(std::string_view input);
/// One byte that decides the cuts, then what a client sends to the HTTP listener, up to the route and its body.
void http(std::string_view input);
/// One byte of choices, then a token, or header and payload (a line break between) to be signed.
void tokens(std::string_view input);
/// Where a client wants to go on: `resume` of a hello, a query, a time.
void resume(std::string_view input);
/// A settings file; behind a NUL, environment variables as lines NAME=VALUE.
void settings(std::string_view input);

} // namespace machiai::fuzz
