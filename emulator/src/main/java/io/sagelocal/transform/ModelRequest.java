package io.sagelocal.transform;

import java.net.http.HttpRequest.BodyPublisher;
import java.util.List;
import java.util.function.Supplier;

/**
 * One request to the model.
 *
 * @param number its place among its file's, from 0
 * @param where which records it holds, in words; empty for a whole file
 * @param records its records as they came, where their answers are to be joined with them
 * @param body gives the body anew for each try
 */
record ModelRequest(long number, String where, List<byte[]> records, Supplier<BodyPublisher> body) {

  ModelRequest {
    records = List.copyOf(records);
  }
}
