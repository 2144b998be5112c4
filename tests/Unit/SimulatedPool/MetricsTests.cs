using System.Text;
using Sluice.SimulatedPool.Metrics;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class MetricsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_metrics_count_what_was_done_under_the_names_of_vLLM(bool steps)
    {
        await using var pool = await RunningPool.StartAsync(steps ? RunningPool.Stepping : RunningPool.Instant);
        using (var response = await pool.ChatAsync("\"max_tokens\":5"))
        {
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }

        var lines = (await pool.GetTextAsync("/metrics")).Split('\n');

        const string Labels = "engine=\"0\",model_name=\"deepseek-chat\"";
        Assert.Contains($"vllm:num_requests_running{{{Labels}}} 0", lines);
        Assert.Contains($"vllm:num_requests_waiting{{{Labels}}} 0", lines);
        Assert.Contains($"vllm:kv_cache_usage_perc{{{Labels}}} 0", lines);
        Assert.Contains($"vllm:prompt_tokens_total{{{Labels}}} 6", lines);
        Assert.Contains($"vllm:generation_tokens_total{{{Labels}}} 5", lines);
        Assert.Contains($"vllm:request_success_total{{{Labels},finished_reason=\"length\"}} 1", lines);
        Assert.Contains($"vllm:request_success_total{{{Labels},finished_reason=\"stop\"}} 0", lines);
        Assert.Contains($"vllm:time_to_first_token_seconds_count{{{Labels}}} 1", lines);
        Assert.Contains($"vllm:inter_token_latency_seconds_count{{{Labels}}} 4", lines);
        Assert.Contains($"vllm:time_per_output_token_seconds_count{{{Labels}}} 4", lines);
        Assert.Contains($"vllm:e2e_request_latency_seconds_bucket{{{Labels},le=\"+Inf\"}} 1", lines);
    }

    [Fact(Timeout = RunningPool.DeadlineMilliseconds)]
    public async Task The_metrics_show_what_runs_waits_and_fills_the_cache()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with
        {
            BatchSize = 1,
            KeyValueCacheTokens = (6 + 10) * 4,
        });
        using var running = await pool.ChatAsync("\"stream\":true,\"max_tokens\":10", "hang-after=1");
        var waiting = pool.ChatAsync();
        await pool.When(now => now.Waiting == 1);

        var text = await pool.GetTextAsync("/metrics");

        Assert.Contains("vllm:num_requests_running{engine=\"0\",model_name=\"deepseek-chat\"} 1\n", text);
        Assert.Contains("vllm:num_requests_waiting{engine=\"0\",model_name=\"deepseek-chat\"} 1\n", text);
        Assert.Contains("vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"deepseek-chat\"} 0.25\n", text);
        running.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public void Buckets_count_everything_up_to_their_bound()
    {
        var histogram = new Histogram(0.1, 1);
        histogram.Observe(TimeSpan.FromSeconds(0.1));
        histogram.Observe(TimeSpan.FromSeconds(0.5), count: 2);
        histogram.Observe(TimeSpan.FromSeconds(5));
        var text = new StringBuilder();

        histogram.AppendTo(text, "took", "a=\"b\"");

        Assert.Equal(
            """
            took_bucket{a="b",le="0.1"} 1
            took_bucket{a="b",le="1"} 3
            took_bucket{a="b",le="+Inf"} 4
            took_sum{a="b"} 6.1
            took_count{a="b"} 4

            """,
            text.ToString());
    }
}
