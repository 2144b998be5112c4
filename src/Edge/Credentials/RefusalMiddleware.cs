using Sluice.Edge.Calls;

namespace Sluice.Edge.Credentials;

/// <summary>Counts a request whose credential was refused, once it was answered.</summary>
internal sealed class RefusalMiddleware(RequestDelegate next, CredentialGuard guard)
{
    public Task InvokeAsync(HttpContext context)
    {
        var answering = next(context);
        if (answering.IsCompletedSuccessfully)
        {
            Count(context);
            return Task.CompletedTask;
        }

        return CountAsync(context, answering);
    }

    private async Task CountAsync(HttpContext context, Task answering)
    {
        try
        {
            await answering;
        }
        finally
        {
            Count(context); // Also when whoever guessed has not waited for the answer.
        }
    }

    private void Count(HttpContext context)
    {
        var call = context.Call();
        if (call.Refusal is { } refusal)
        {
            guard.Refused(context, refusal, call.Caller.ClientId);
        }
    }
}
