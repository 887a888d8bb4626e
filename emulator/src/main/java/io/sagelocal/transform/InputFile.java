package io.sagelocal.transform;

import io.sagelocal.objects.S3Uri;

/**
 * An object to transform.
 *
 * @param index its place in the job's list of inputs
 * @param name its key below the input's prefix, which its output keeps
 * @param size in bytes
 */
record InputFile(int index, S3Uri uri, String name, long size) {}
