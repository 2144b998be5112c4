using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sluice.Unit.Silo.Security.Vaults;

/// <summary>
/// A web server that answers like a vault. What a vault would not be asked so is noted as a mistake, which a test looks
/// at when it ends.
/// </summary>
internal abstract class VaultSite : IAsyncDisposable
{
    private WebApplication? _app;

    public string Address { get; private set; } = "";

    public List<string> Mistakes { get; } = [];

    /// <summary>Calls that came, as <c>POST /v1/transit/encrypt/sluice</c>.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>So many calls are answered with this status before any is answered rightly.</summary>
    public (int Calls, HttpStatusCode Status) Failing { get; set; }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
        Address = _app.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }

    protected abstract (int Status, object Body) Answer(HttpRequest request, string body);

    protected void Expect(bool isRight, string what)
    {
        if (!isRight)
        {
            Mistakes.Add(what);
        }
    }

    /// <summary>The members of a JSON body, which must be these and no others.</summary>
    protected Dictionary<string, string> Members(string body, params string[] names)
    {
        var members = JsonSerializer.Deserialize<Dictionary<string, string>>(body)!;
        Expect(members.Keys.Order().SequenceEqual(names.Order()), $"members {string.Join(", ", members.Keys)}");
        return members;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (status, answer) = await AnswerAsync(context.Request);
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(answer);
    }

    private async Task<(int Status, object Body)> AnswerAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        lock (Asked)
        {
            Asked.Add($"{request.Method} {request.Path}");
            if (Failing is (> 0 and var calls, var status))
            {
                Failing = (calls - 1, status);
                return ((int)status, new { errors = new[] { "Vault is sealed" } });
            }

            return Answer(request, body);
        }
    }
}
