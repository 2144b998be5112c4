using System.CommandLine;

namespace Sluice.Cli.Admin;

/// <summary>Logging in, so that no command after it has to be told where and with what key.</summary>
internal static class LoginCommands
{
    /// <param name="root">Where they are added.</param>
    /// <param name="address">The admin port that a command names, if it does.</param>
    /// <param name="key">The key that a command names.</param>
    public static void AddTo(RootCommand root, Func<ParseResult, string?> address, Func<ParseResult, string> key)
    {
        var login = new Command("login", "Try a key, and keep it with its admin port for the commands after this one.");
        login.SetAction((parsed, cancellationToken) => AdminCommands.TryAsync(async () =>
        {
            var kept = new KeptLogin(address(parsed) ?? AdminApi.DefaultAddress, key(parsed));
            using (var api = new AdminApi(kept.Address, kept.Key))
            {
                await api.AskAsync(HttpMethod.Get, "/roles", json: null, cancellationToken);
            }

            kept.Keep();
            await Console.Out.WriteLineAsync($"Logged in at {kept.Address}; kept in {KeptLogin.Path}.");
        }));
        var logout = new Command("logout", "Forget the key that 'login' has kept.");
        logout.SetAction((_, _) => AdminCommands.TryAsync(() => Console.Out.WriteLineAsync(
            KeptLogin.Forget() ? "Logged out." : "Nobody was logged in.")));
        root.Subcommands.Add(login);
        root.Subcommands.Add(logout);
    }
}
