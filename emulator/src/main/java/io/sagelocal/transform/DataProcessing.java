package io.sagelocal.transform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.transform.TransformInput.SplitType;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is taken of each record before the model gets it, and what of record and answer goes to the
 * output.
 *
 * @param inputFilter empty when the model gets all of a record
 * @param join whether each record and its answer are put together
 * @param outputFilter empty when all of an answer goes to the output
 * @param input how records are written
 * @param output how answers are written
 */
record DataProcessing(
    Optional<RowFilter> inputFilter,
    boolean join,
    Optional<RowFilter> outputFilter,
    RowFormat input,
    RowFormat output) {
  private static final String OUTPUT = "SageMakerOutput";
  private static final String INPUT = "SageMakerInput";

  /**
   * Reads the request's DataProcessing; empty when it changes nothing.
   *
   * @throws ServiceError a ValidationException when a filter is no path that SageMaker has, or the
   *     data is neither CSV nor JSON
   */
  static Optional<DataProcessing> of(
      Document request, TransformInput input, TransformOutput output) {
    Document asked = request.findDocument("DataProcessing").orElseGet(() -> new Document(Map.of()));
    Optional<RowFilter> before = RowFilter.of("InputFilter", asked);
    Optional<RowFilter> after = RowFilter.of("OutputFilter", asked);
    boolean join = asked.findText("JoinSource").orElse("None").equals("Input");
    if (before.isEmpty() && after.isEmpty() && !join) {
      return Optional.empty();
    }
    if (input.split() != SplitType.NONE && input.split() != SplitType.LINE) {
      throw ServiceError.validation("DataProcessing goes with SplitType Line or None only");
    }
    RowFormat records = RowFormat.of("TransformInput.ContentType", input.contentType());
    RowFormat answers =
        output.accept().isPresent()
            ? RowFormat.of("TransformOutput.Accept", output.accept())
            : records;
    if (join && records.isCsv() != answers.isCsv()) {
      throw ServiceError.validation(
          "JoinSource Input needs records and answers of one kind, but ContentType is %s and Accept"
              + " is %s",
          input.contentType().orElse(""), output.accept().orElse(""));
    }
    return Optional.of(new DataProcessing(before, join, after, records, answers));
  }

  /** What the model gets of a record. */
  byte[] forModel(byte[] row) {
    return inputFilter.isEmpty() ? row : input.write(inputFilter.get().apply(input.parse(row)));
  }

  /** Whether answers must be looked into. */
  boolean changesAnswers() {
    return join || outputFilter.isPresent();
  }

  /**
   * What goes to the output of an answer.
   *
   * @param records what it is the answer to, when they are joined
   */
  byte[] forOutput(List<byte[]> records, byte[] answer) {
    List<JsonNode> rows = output.rows(answer);
    if (join && rows.size() != records.size()) {
      throw TransformFailure.algorithm(
          "the model answered %d rows for %d records, so that they cannot be joined"
              .formatted(rows.size(), records.size()));
    }
    List<byte[]> written = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      JsonNode row = join ? joined(input.parse(records.get(i)), rows.get(i)) : rows.get(i);
      written.add(output.write(outputFilter.isPresent() ? outputFilter.get().apply(row) : row));
    }
    return lines(written);
  }

  /** Rows with a line feed between each two. */
  static byte[] lines(List<byte[]> rows) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < rows.size(); i++) {
      if (i > 0) {
        all.write('\n');
      }
      all.writeBytes(rows.get(i));
    }
    return all.toByteArray();
  }

  private JsonNode joined(JsonNode record, JsonNode answer) {
    if (output.isCsv()) {
      ArrayNode row = JsonNodeFactory.instance.arrayNode();
      return row.addAll((ArrayNode) record).addAll((ArrayNode) answer);
    }
    ObjectNode both = JsonNodeFactory.instance.objectNode();
    if (record instanceof ObjectNode members) {
      both.setAll(members);
    } else {
      both.set(INPUT, record);
    }
    return both.set(OUTPUT, answer);
  }
}
