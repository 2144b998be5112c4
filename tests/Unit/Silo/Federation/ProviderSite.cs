using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sluice.Unit.Silo.Federation;

/// <summary>A web server that answers as a test says, and remembers what it was asked.</summary>
internal sealed class ProviderSite : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _app;

    public string Address { get; private set; } = "";

    /// <summary>The paths that were asked for, in their order.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(context =>
        {
            var path = context.Request.Path.Value!;
            _asked.Enqueue(path);
            return _answers.TryGetValue(path, out var answer) ? answer(context) : NotFoundAsync(context);
        });
        await _app.StartAsync();
        Address = _app.Urls.Single();
    }

    public void Answer(
        string path, string body, int status = 200, (string Name, string Value)? header = null,
        bool tellsLength = true) => _answers[path] = async context =>
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        context.Response.StatusCode = status;
        if (header is var (name, value))
        {
            context.Response.Headers[name] = value;
        }

        if (bytes.Length > 0)
        {
            context.Response.ContentLength = tellsLength ? bytes.Length : null;
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    };

    /// <summary>Answers by itself what was asked.</summary>
    public void Answer(string path, Func<HttpContext, Task> answer) => _answers[path] = answer;

    /// <summary>Never answers, until whoever asked is gone or the site stops.</summary>
    public void Silence(string path) => _answers[path] = async context =>
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        var gone = new TaskCompletionSource();
        using var registered = either.Token.Register(gone.SetResult);
        await gone.Task;
    };

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}
