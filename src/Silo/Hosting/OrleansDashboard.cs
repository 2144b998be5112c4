using System.Text;
using Orleans.Dashboard;
using Sluice.Rules.Policies;
using Sluice.Silo.Admin;

namespace Sluice.Silo.Hosting;

/// <summary>
/// The Orleans dashboard on the port of the admin API, for those who may look there. It stands before the silo's own
/// pipeline, because only this engine has it.
/// </summary>
internal static class OrleansDashboard
{
    /// <summary>Below /admin: whoever guards that guards this.</summary>
    private const string Path = AdminApi.Root + "/orleans";

    public static void AddOrleansDashboard(this ISiloBuilder silo)
    {
        silo.AddDashboard(dashboard => dashboard.HideTrace = true); // The live log is not for everyone who may read.
        silo.Services.AddSingleton<IStartupFilter, Filter>();
    }

    /// <summary>
    /// Browsers ask for a name and a password and send both with every request of the page; the password is the admin
    /// key, the name does not matter.
    /// </summary>
    private static async Task TakePasswordAsync(HttpContext context, RequestDelegate next)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count == 1 && PasswordIn(header[0]!) is { } key)
        {
            context.Request.Headers.Authorization = $"Bearer {key}";
        }

        context.Response.OnStarting(() =>
        {
            if (context.Response.StatusCode == StatusCodes.Status401Unauthorized)
            {
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"Sluice\", charset=\"UTF-8\"";
            }

            return Task.CompletedTask;
        });
        await next(context);
    }

    private static string? PasswordIn(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var sent = header["Basic ".Length..].Trim();
        var bytes = new byte[sent.Length];
        return Convert.TryFromBase64String(sent, bytes, out var count)
            && Encoding.UTF8.GetString(bytes, 0, count).Split(':', 2) is [_, var password]
                ? password
                : null;
    }

    private sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.MapWhen(context => context.Request.Path.StartsWithSegments(Path), dashboard =>
            {
                dashboard.UseMiddleware<AdminErrorMiddleware>();
                dashboard.Use(TakePasswordAsync);
                dashboard.UseMiddleware<AdminAccessMiddleware>(
                    new RouteRule(Permissions.MetricsRead, Owner.Platform)); // It has routes of its own.
                dashboard.UseRouting();
                dashboard.UseEndpoints(endpoints => endpoints.MapOrleansDashboard(Path));
            });
            next(app);
        };
    }
}
