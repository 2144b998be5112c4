using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;

namespace Sluice.Silo.Auditing;

/// <summary>
/// The second place where checkpoints are kept, which whoever has the database should not be able to write to: a file,
/// such as one of a volume that others own, and a web address, such as that of a log or an object store.
/// </summary>
internal sealed class CheckpointPlaces(IOptions<SiloOptions> options) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // Where it leads elsewhere, the token does not go along.
    private readonly HttpClient _http =
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout };

    private SiloOptions Options => options.Value;

    /// <summary>False: there is none, but for the log.</summary>
    public bool HasAny => Options.AuditCheckpointFile.Length > 0 || Options.AuditCheckpointUrl.Length > 0;

    /// <summary>
    /// Keeps a line at each place, durably. May be repeated: a line that stands twice is one checkpoint.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="HttpRequestException">The address did not take it.</exception>
    public async Task KeepAsync(string line, CancellationToken cancellationToken)
    {
        if (Options.AuditCheckpointFile.Length > 0)
        {
            await using var file = new FileStream(
                Options.AuditCheckpointFile, FileMode.Append, FileAccess.Write, FileShare.Read);
            await file.WriteAsync(Encoding.ASCII.GetBytes(line + "\n"), cancellationToken);
            file.Flush(flushToDisk: true);
        }

        if (Options.AuditCheckpointUrl.Length > 0)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Options.AuditCheckpointUrl)
            {
                Content = new StringContent(line, Encoding.ASCII, MediaTypeHeaderValue.Parse("application/jose")),
            };
            if (Options.AuditCheckpointTokenFile.Length > 0)
            {
                var token = await File.ReadAllTextAsync(Options.AuditCheckpointTokenFile, cancellationToken);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
            }

            using var answer = await _http.SendAsync(request, cancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    public void Dispose() => _http.Dispose();
}
