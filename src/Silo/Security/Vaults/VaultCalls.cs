using System.Net;
using System.Text.Json;

namespace Sluice.Silo.Security.Vaults;

/// <summary>An answer of a vault that is no failure of the network: what it said.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">What it answered; of no kind where it was no JSON.</param>
internal readonly record struct VaultAnswer(HttpStatusCode Status, JsonElement Body)
{
    public bool IsDone => (int)Status is >= 200 and < 300;

    /// <summary>A member behind points; null where it is not, or is no text.</summary>
    public string? TextOf(params ReadOnlySpan<string> path) =>
        Find(path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>A whole number.</summary>
    public long? NumberOf(params ReadOnlySpan<string> path) =>
        Find(path) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    private JsonElement Find(ReadOnlySpan<string> path)
    {
        var one = Body;
        foreach (var name in path)
        {
            if (one.ValueKind is not JsonValueKind.Object || !one.TryGetProperty(name, out one))
            {
                return default;
            }
        }

        return one;
    }
}

/// <summary>
/// Calls of a vault over HTTP, each within its time, and again where that may help: the network, 429 and 5xx. What is
/// asked of a vault changes nothing there, so asking twice is harmless.
/// </summary>
internal sealed class VaultCalls : IDisposable
{
    private const int AnswerMost = 64 * 1024;
    private const int TriesMost = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    /// <param name="timeout">Of one try.</param>
    /// <param name="time">Pauses by it.</param>
    public VaultCalls(TimeSpan timeout, TimeProvider time)
    {
        (_time, _timeout) = (time, timeout);

        // Where it leads elsewhere, the token does not go along.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = timeout,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = AnswerMost,
        };
    }

    /// <summary>Asks, and asks again.</summary>
    /// <param name="make">Makes the request, anew for each try.</param>
    /// <param name="vault">Whom, for people: "Vault at ADDRESS".</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MasterKeyException">It gave no answer that is one; the message says so.</exception>
    public async Task<VaultAnswer> AskAsync(
        Func<HttpRequestMessage> make, string vault, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            string problem;
            try
            {
                var answer = await AskOnceAsync(make, cancellationToken);
                if (answer.Status is not HttpStatusCode.TooManyRequests && (int)answer.Status < 500)
                {
                    return answer;
                }

                problem = $"answers {(int)answer.Status}";
            }
            catch (HttpRequestException exception)
            {
                problem = $"cannot be reached ({exception.Message})";
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                problem = $"gave no answer within {_timeout.TotalSeconds:0.#} s";
            }

            if (attempt == TriesMost)
            {
                throw new MasterKeyException(
                    $"{vault} {problem}, {TriesMost} times: see that it runs, is unsealed and can be reached.");
            }

            await Task.Delay(FirstPause * (1 << (attempt - 1)), _time, cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<VaultAnswer> AskOnceAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = _time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), limited, _timeout, Timeout.InfiniteTimeSpan);
        using var request = make();
        using var answer = await _http.SendAsync(request, limited.Token);
        var text = await answer.Content.ReadAsByteArrayAsync(limited.Token);
        try
        {
            using var json = JsonDocument.Parse(text);
            return new VaultAnswer(answer.StatusCode, json.RootElement.Clone());
        }
        catch (JsonException)
        {
            return new VaultAnswer(answer.StatusCode, default); // Whoever asks says what it should have been.
        }
    }
}
