using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Sluice.Edge.Calls;
using Sluice.Edge.Degraded;
using Sluice.Edge.Errors;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Policies;

namespace Sluice.Edge.Policies;

/// <summary>
/// Asks an Open Policy Agent about calls that all else has let through, so that it can only take away. No answer, a
/// late one and one that is not understood are no consent.
/// </summary>
internal sealed partial class PolicyAgent : IDisposable
{
    /// <summary>How long nobody is asked once answers fail.</summary>
    public static readonly TimeSpan BreakTime = TimeSpan.FromSeconds(1);

    private const int AnswerBytesMax = 64 * 1024;

    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly TimeSpan _timeout;
    private readonly RememberedAnswers<PolicyQuestion, PolicyAnswer> _remembered;
    private readonly ResiliencePipeline<PolicyAnswer?> _breaker;
    private readonly PolicyMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _started;
    private readonly Lock _lock = new();
    private int _isFailing;

    public PolicyAgent(
        IOptions<PolicyAgentOptions> options, PolicyMetrics metrics, TimeProvider time, ILogger<PolicyAgent> logger,
        HttpMessageHandler? handler = null)
    {
        var settings = options.Value;
        (_metrics, _time, _logger, _started) = (metrics, time, logger, time.GetTimestamp());
        _address = new Uri($"{settings.Address.TrimEnd('/')}/v1/data/{settings.Path}");
        _authorization = settings.TokenFile.Length == 0
            ? null
            : new AuthenticationHeaderValue("Bearer", File.ReadAllText(settings.TokenFile).Trim());
        _timeout = settings.Timeout;
        _remembered = new(settings.RememberMost, settings.RememberFor);
        _http = new HttpMessageInvoker(handler ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = settings.Timeout,
        });
        _breaker = new ResiliencePipelineBuilder<PolicyAnswer?> { TimeProvider = new MonotonicTime(time) }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<PolicyAnswer?>
            {
                ShouldHandle = static asked =>
                    ValueTask.FromResult(asked.Outcome.Exception is not null || asked.Outcome.Result is null),
                FailureRatio = 0.5,
                MinimumThroughput = 4,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = BreakTime,
            })
            .Build();
    }

    private TimeSpan Now => _time.GetElapsedTime(_started);

    /// <summary>Why a call that was admitted may not go on; null when it may.</summary>
    /// <param name="call">The call.</param>
    /// <param name="reply">By which it was admitted.</param>
    public async ValueTask<ApiError?> RefusalOfAsync(ModelCall call, AdmitReply reply)
    {
        if (PolicyQuestion.Of(call, reply) is not { } question)
        {
            _metrics.Decided("unknown");
            return PolicyError.NoAnswer;
        }

        if (Remembered(question) is { } remembered)
        {
            _metrics.Decided("remembered");
            return PolicyError.Of(remembered);
        }

        var asked = Now;
        var answer = await AskAsync(question);
        if (answer is null)
        {
            _metrics.Decided("unknown");
            return PolicyError.NoAnswer;
        }

        lock (_lock)
        {
            _remembered.Remember(question, answer, asked);
        }

        _metrics.Decided(answer.Allow ? "allowed" : "denied");
        return PolicyError.Of(answer);
    }

    public void Dispose() => _http.Dispose();

    private PolicyAnswer? Remembered(in PolicyQuestion question)
    {
        lock (_lock)
        {
            return _remembered.TryFind(question, Now, out var answer) ? answer : null;
        }
    }

    /// <summary>
    /// Null when there is no answer in time that can be understood, and while nobody is asked because of that. Whoever
    /// hangs up does not end the question: others may be helped by its answer.
    /// </summary>
    private async ValueTask<PolicyAnswer?> AskAsync(PolicyQuestion question)
    {
        try
        {
            var answer = await _breaker.ExecuteAsync(
                static async (asked, _) => await asked.Agent.AskInTimeAsync(asked.Question),
                (Agent: this, Question: question),
                CancellationToken.None);
            Told(answer is null ? "its answer is not understood" : null);
            return answer;
        }
        catch (BrokenCircuitException)
        {
            return null; // It was told when it began to fail.
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException or IOException
            or OperationCanceledException)
        {
            Told(exception.Message);
            return null;
        }
    }

    private async Task<PolicyAnswer?> AskInTimeAsync(PolicyQuestion question)
    {
        using var patience = new CancellationTokenSource(_timeout, _time);

        // Whatever the connection does with a cancellation, nobody waits for longer than this.
        return await SendAsync(question, patience.Token).WaitAsync(_timeout, _time, CancellationToken.None);
    }

    private async Task<PolicyAnswer?> SendAsync(PolicyQuestion question, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _address)
        {
            Content = new ByteArrayContent(question.ToJson(_time.GetUtcNow())),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = _authorization;
        using var response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode is not HttpStatusCode.OK)
        {
            throw new HttpRequestException($"it answers {(int)response.StatusCode}");
        }

        await response.Content.LoadIntoBufferAsync(AnswerBytesMax, cancellationToken);
        return PolicyAnswer.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    /// <summary>Once when it begins to fail, and once when it is over.</summary>
    private void Told(string? failure)
    {
        var isFailing = failure is null ? 0 : 1;
        if (Interlocked.Exchange(ref _isFailing, isFailing) == isFailing)
        {
            return;
        }

        if (failure is null)
        {
            LogAnswers(_address);
        }
        else
        {
            LogFails(_address, failure);
        }
    }

    [LoggerMessage(2951, LogLevel.Warning,
        "The policy agent at {Address} gives no answer ({Reason}): calls are refused with 503.")]
    private partial void LogFails(Uri address, string reason);

    [LoggerMessage(2952, LogLevel.Information, "The policy agent at {Address} answers again.")]
    private partial void LogAnswers(Uri address);
}
