package io.sagelocal.api.json;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A type of the API model with its constraints.
 *
 * @param type structure, list, map, string, integer, long, float, double, boolean, timestamp or
 *     blob
 * @param members a structure's, by name
 * @param element a list's members, or a map's values
 * @param key a map's keys
 * @param min least length, size or value
 * @param max greatest length, size or value
 */
record Shape(
    String type,
    Map<String, String> members,
    Set<String> required,
    Optional<String> element,
    Optional<String> key,
    Optional<Long> min,
    Optional<Long> max,
    Optional<Pattern> pattern,
    List<String> values) {}
