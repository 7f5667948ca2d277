/* SPDX-FileCopyrightText: 2026 The Keyfob authors
 * SPDX-License-Identifier: BSD-3-Clause
 */

#include "keyfob-config-build.h"

#include "keyfob-loopback-peer.h"

#include <glib/gstdio.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* of the loopback interface: the first one of every network namespace */
#define LOOPBACK_INDEX 1
/* stands for a user without a number in this user namespace, user_namespaces(7) */
#define OVERFLOW_UID 65534
#define ALL_IDS "0 0 4294967295"

typedef struct
{
  struct nlmsghdr header;
  struct inet_diag_req_v2 request;
} Question;

typedef union
{
  struct nlmsghdr header;
  guint8 bytes[4096];
} Answer;

/* @address: (array length=16): set to the bytes of the address */
static gboolean
read_address (const struct sockaddr_storage *from, __be32 *address, __be16 *port)
{
  const struct sockaddr_in *ipv4 = (const struct sockaddr_in *) from;
  const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *) from;

  if (from->ss_family == AF_INET)
    {
      memcpy (address, &ipv4->sin_addr, sizeof ipv4->sin_addr);
      *port = ipv4->sin_port;
      return TRUE;
    }

  memcpy (address, &ipv6->sin6_addr, sizeof ipv6->sin6_addr);
  *port = ipv6->sin6_port;

  return from->ss_family == AF_INET6;
}

/* The other end has the same two addresses, the other way round. With the index of the interface a
 * socket is found that is bound to it, too. */
static gboolean
build_question (int fd, Question *question)
{
  struct sockaddr_storage own = { 0 };
  struct sockaddr_storage peer = { 0 };
  socklen_t own_length = sizeof own;
  socklen_t peer_length = sizeof peer;
  struct inet_diag_sockid *id = &question->request.id;

  if (getsockname (fd, (struct sockaddr *) &own, &own_length) != 0
      || getpeername (fd, (struct sockaddr *) &peer, &peer_length) != 0)
    return FALSE;

  *question = (Question){
    .header = { .nlmsg_len = sizeof *question,
                .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                .nlmsg_flags = NLM_F_REQUEST },
    .request = { .sdiag_family = own.ss_family,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = G_MAXUINT32,
                 .id = { .idiag_if = LOOPBACK_INDEX,
                         .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } },
  };

  return read_address (&peer, id->idiag_src, &id->idiag_sport)
         && read_address (&own, id->idiag_dst, &id->idiag_dport);
}

/* The kernel answers while it takes the question, so nothing waits here. */
static gssize
ask (const Question *question, Answer *answer)
{
  int fd = socket (AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
  gssize length = -1;

  if (fd < 0)
    return -1;
  if (send (fd, question, sizeof *question, 0) == sizeof *question)
    length = recv (fd, answer, sizeof *answer, 0);
  g_close (fd, NULL);

  return length;
}

/* @found: set to the socket at the other end. A socket that listens there is another one. */
static gboolean
find_peer (int fd, struct inet_diag_msg *found)
{
  Question question;
  Answer answer;
  gssize length;

  if (!build_question (fd, &question))
    return FALSE;

  length = ask (&question, &answer);
  if (length < (gssize) NLMSG_LENGTH (sizeof *found)
      || answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
    return FALSE;

  memcpy (found, NLMSG_DATA (&answer.header), sizeof *found);

  return found->id.idiag_sport == question.request.id.idiag_sport
         && found->id.idiag_dport == question.request.id.idiag_dport;
}

/* Returns: the state of the connection, 0 for none */
static guint
get_state (int fd)
{
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;

  return getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 ? info.tcpi_state : 0;
}

/* Whether every user of the machine has a number here. */
static gboolean
knows_all_users (void)
{
  g_autofree char *map = NULL;
  g_auto (GStrv) fields = NULL;
  g_autofree char *ids = NULL;

  /* without user namespaces in the kernel there is no such file */
  if (!g_file_get_contents ("/proc/self/uid_map", &map, NULL, NULL))
    return TRUE;

  g_strstrip (map);
  fields = g_regex_split_simple ("[ \t]+", map, 0, 0);
  ids = g_strjoinv (" ", fields);

  return g_str_equal (ids, ALL_IDS);
}

KeyfobLoopbackPeer
keyfob_loopback_peer_look_up (int fd)
{
  struct inet_diag_msg peer;
  gboolean is_found = find_peer (fd, &peer);
  guint state = get_state (fd);

  /* while this end is connected, no other socket can have had the addresses of the other end */
  if (state != TCP_ESTABLISHED && state != TCP_CLOSE_WAIT)
    return KEYFOB_LOOPBACK_PEER_OTHER;
  if (!is_found)
    return state == TCP_ESTABLISHED ? KEYFOB_LOOPBACK_PEER_UNKNOWN : KEYFOB_LOOPBACK_PEER_OTHER;
  /* a socket that its program has closed has no owner: the kernel says 0 then, which is root */
  if (peer.idiag_inode == 0)
    return KEYFOB_LOOPBACK_PEER_OTHER;
  if (peer.idiag_uid == geteuid ())
    return KEYFOB_LOOPBACK_PEER_OWN;
  if (peer.idiag_uid == 0 || (peer.idiag_uid == OVERFLOW_UID && !knows_all_users ()))
    return KEYFOB_LOOPBACK_PEER_UNKNOWN;

  return KEYFOB_LOOPBACK_PEER_OTHER;
}
