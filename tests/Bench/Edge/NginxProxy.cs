using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sluice.Bench.Processes;

namespace Sluice.Bench.Edge;

/// <summary>nginx, where installed, as a plain proxy with keep-alive to the pool: what a proxy in C costs.</summary>
internal static class NginxProxy
{
    private static readonly string[] Places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];

    /// <returns>Null when there is no nginx.</returns>
    public static async Task<(ServerProcess Process, Uri Address)?> StartAsync(
        Uri pool, string folder, CancellationToken cancellationToken)
    {
        if (Array.Find(Places, File.Exists) is not { } program)
        {
            return null;
        }

        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, Configuration(pool, address, folder), cancellationToken);

        // The notice of its first worker is the only sign of life that nginx gives.
        var start = new ProcessStartInfo(program, ["-p", folder, "-c", file, "-e", "stderr"]);
        var (process, _) = await ServerProcess.StartAsync(start, "start worker process ", cancellationToken);
        return (process, address);
    }

    private static string Configuration(Uri pool, Uri address, string folder) =>
        $$"""
        daemon off;
        worker_processes auto;
        pid {{folder}}/nginx.pid;
        error_log stderr notice;
        events { worker_connections 4096; }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          keepalive_requests 100000000;
          upstream pool { server {{pool.Authority}}; keepalive 256; keepalive_requests 100000000; }
          server {
            listen {{address.Authority}} backlog=1024;
            location / {
              proxy_pass http://pool;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_buffering off;
            }
          }
        }
        """;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
