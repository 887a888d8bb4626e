package io.sagelocal;

import io.sagelocal.api.json.ApiModel;
import io.sagelocal.api.json.HostingOperations;
import io.sagelocal.api.json.LogGroupOperations;
import io.sagelocal.api.json.LogsOperations;
import io.sagelocal.api.json.MetricsOperations;
import io.sagelocal.api.json.Operations;
import io.sagelocal.api.json.SearchOperations;
import io.sagelocal.api.json.TagOperations;
import io.sagelocal.api.json.TrainingOperations;
import io.sagelocal.api.json.TransformOperations;

/** Which method answers which operation of the services that have an API model. */
final class OperationTables {
  private OperationTables() {}

  static Operations sagemaker(
      TrainingOperations training,
      SearchOperations search,
      HostingOperations hosting,
      TransformOperations transform,
      TagOperations tags) {
    return new Operations("SageMaker", ApiModel.sagemaker(), "ValidationException")
        .on("CreateTrainingJob", training::create)
        .on("DescribeTrainingJob", training::describe)
        .on("ListTrainingJobs", training::list)
        .on("StopTrainingJob", training::stop)
        .on("DeleteTrainingJob", training::delete)
        .on("UpdateTrainingJob", training::update)
        .on("Search", search::search)
        .on("GetSearchSuggestions", search::getSearchSuggestions)
        .on("CreateModel", hosting::createModel)
        .on("DescribeModel", hosting::describeModel)
        .on("ListModels", hosting::listModels)
        .on("DeleteModel", hosting::deleteModel)
        .on("CreateEndpointConfig", hosting::createConfig)
        .on("DescribeEndpointConfig", hosting::describeConfig)
        .on("ListEndpointConfigs", hosting::listConfigs)
        .on("DeleteEndpointConfig", hosting::deleteConfig)
        .on("CreateEndpoint", hosting::createEndpoint)
        .on("DescribeEndpoint", hosting::describeEndpoint)
        .on("ListEndpoints", hosting::listEndpoints)
        .on("UpdateEndpoint", hosting::updateEndpoint)
        .on("UpdateEndpointWeightsAndCapacities", hosting::updateCapacities)
        .on("DeleteEndpoint", hosting::deleteEndpoint)
        .on("CreateTransformJob", transform::create)
        .on("DescribeTransformJob", transform::describe)
        .on("ListTransformJobs", transform::list)
        .on("StopTransformJob", transform::stop)
        .on("AddTags", tags::add)
        .on("ListTags", tags::list)
        .on("DeleteTags", tags::delete);
  }

  static Operations logs(LogGroupOperations groups, LogsOperations logs) {
    return new Operations("Logs_20140328", ApiModel.logs(), "InvalidParameterException")
        .on("DescribeLogGroups", groups::describeLogGroups)
        .on("DescribeLogStreams", logs::describeLogStreams)
        .on("GetLogEvents", logs::getLogEvents)
        .on("FilterLogEvents", logs::filterLogEvents)
        .on("CreateLogGroup", groups::createLogGroup)
        .on("CreateLogStream", logs::createLogStream)
        .on("DeleteLogGroup", groups::deleteLogGroup)
        .on("PutLogEvents", logs::putLogEvents);
  }

  static Operations cloudwatch(MetricsOperations metrics) {
    return new Operations(
            "GraniteServiceVersion20100801", ApiModel.cloudwatch(), "InvalidParameterValue")
        .on("GetMetricData", metrics::getMetricData)
        .on("GetMetricStatistics", metrics::getMetricStatistics)
        .on("ListMetrics", metrics::listMetrics)
        .on("PutMetricData", metrics::putMetricData);
  }
}
