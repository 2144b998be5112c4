using System.Globalization;
using System.Text;

namespace Sluice.SimulatedPool.Metrics;

/// <summary>
/// The metrics under the names that vLLM gives them, in Prometheus text, so that dashboards and autoscalers made for
/// vLLM work. Older names are served beside their successors where dashboards still ask for them.
/// </summary>
internal sealed class MetricsText(SimulatedPoolOptions options, PoolMetrics metrics)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly string _labels = $"engine=\"0\",model_name=\"{Escape(options.Models[0])}\"";

    public string Write()
    {
        var text = new StringBuilder(16 * 1024);
        var now = metrics.Statistics;
        var cacheShare = Math.Min(1.0, (double)now.ReservedTokens / options.KeyValueCacheTokens);
        Gauge(text, "vllm:num_requests_running", "Requests in the batch.", now.Running);
        Gauge(text, "vllm:num_requests_waiting", "Requests waiting for a place in the batch.", now.Waiting);
        Gauge(text, "vllm:kv_cache_usage_perc", "Key-value cache in use, 1 is all of it.", cacheShare);
        Gauge(text, "vllm:gpu_cache_usage_perc", "Older name of vllm:kv_cache_usage_perc.", cacheShare);
        Counter(text, "vllm:prompt_tokens", "Prompt tokens taken in.", now.PromptTokens);
        Counter(text, "vllm:generation_tokens", "Tokens produced.", now.GeneratedTokens);
        Head(text, "vllm:request_success_total", "counter", "Answers by finish reason.");
        foreach (var (reason, count) in metrics.Finished.Read())
        {
            Line(text, "vllm:request_success_total", $"{_labels},finished_reason=\"{reason}\"", count);
        }

        Durations(text, "vllm:time_to_first_token_seconds", "Arrival to first token.", metrics.TimeToFirstToken);
        Durations(text, "vllm:inter_token_latency_seconds", "Between two tokens.", metrics.InterTokenLatency);
        Durations(text, "vllm:time_per_output_token_seconds", "Older name of vllm:inter_token_latency_seconds.",
            metrics.InterTokenLatency);
        Durations(text, "vllm:e2e_request_latency_seconds", "Arrival to last token.", metrics.RequestLatency);
        return text.ToString();
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {value}\n");

    private void Gauge(StringBuilder text, string name, string help, double value)
    {
        Head(text, name, "gauge", help);
        Line(text, name, _labels, value);
    }

    private void Counter(StringBuilder text, string name, string help, double value)
    {
        Head(text, name + "_total", "counter", help);
        Line(text, name + "_total", _labels, value);
    }

    private void Durations(StringBuilder text, string name, string help, Histogram histogram)
    {
        Head(text, name, "histogram", help);
        histogram.AppendTo(text, name, _labels);
    }
}
