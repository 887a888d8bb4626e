package io.sagelocal.transform;

import io.sagelocal.logs.LogStream;
import io.sagelocal.state.Timeline;

/** What the service itself says of a job's data, beside the container's log. */
record DataLog(LogStream stream, Timeline timeline) {

  void line(String text) {
    stream.append(timeline.now(), "[sagemaker logs]: " + text);
  }
}
